import { appendFileSync } from "node:fs";
import { PACKAGES, startProvider, type Package } from "./index";

/**
 * The plugin's executable: `main.ts <package> [engine's address]`. Prints its port, as the engine expects of a plugin,
 * and serves until the engine ends it.
 */
async function main(): Promise<void> {
  const name = process.argv[2];
  const known = PACKAGES.find((one): one is Package => one === name);
  if (known === undefined) {
    process.stderr.write(`usage: main.ts <${PACKAGES.join("|")}> [engine address]\n`);
    process.exitCode = 2;
    return;
  }
  const file = process.env["MERIDIAN_PROVIDER_LOG"];
  const log = (line: string): void => {
    if (file !== undefined) appendFileSync(file, `${line}\n`);
  };
  const { port } = await startProvider({ package: known, log });
  process.stdout.write(`${port}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
