import { didYouMean } from "../regions/suggest";
import { version } from "../package.json";
import { parse } from "./kit/command";
import { showError } from "./kit/errors";
import { BadInput, EXIT } from "./kit/exit";
import type { ExitCode } from "./kit/exit";
import { commandHelp, overview } from "./kit/help";
import { COMMAND_NAMES, loadCommand, loadCommands } from "./kit/registry";

/** `meridian <command> ...`: finds the command by its file and runs it. */
async function main([name, ...words]: readonly string[]): Promise<ExitCode> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(`${overview(await loadCommands())}\n`);
    return EXIT.ok;
  }
  if (name === "--version" || name === "-v") {
    process.stdout.write(`meridian/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
    return EXIT.ok;
  }
  if (!COMMAND_NAMES.includes(name)) {
    const got = `"${name}"${didYouMean(name, COMMAND_NAMES)}`;
    throw new BadInput("there is no such command; see meridian --help", [{ path: "command", want: "a command", got }]);
  }
  const command = await loadCommand(name);
  const given = parse(name, command, words);
  if (given["help"] === true) {
    process.stdout.write(`${commandHelp(name, command)}\n`);
    return EXIT.ok;
  }
  return command.run(given);
}

// A reader that has seen enough (`meridian query | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

const words = process.argv.slice(2);
main(words).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = showError(error, words.includes("--json"));
  },
);
