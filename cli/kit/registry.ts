import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "./command";

/** The folder whose files are the commands. */
const FOLDER = join(__dirname, "..");

/** Not a command: the program itself. */
const PROGRAM = "main";

/** Names of all commands, sorted: a file of `cli/` each. */
export const COMMAND_NAMES: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length))
  .filter((name) => name !== PROGRAM)
  .sort();

/** A command by its name. Its file is loaded only now: some stand on the whole SDK. */
export async function loadCommand(name: string): Promise<Command> {
  const { default: command } = (await import(join(FOLDER, `${name}.ts`))) as { readonly default: Command };
  return command;
}

/** Every command by its name. */
export async function loadCommands(): Promise<Readonly<Record<string, Command>>> {
  return Object.fromEntries(
    await Promise.all(COMMAND_NAMES.map(async (name) => [name, await loadCommand(name)] as const)),
  );
}
