import { ensureToolchain } from "./environment";

/** What `make setup` runs once npm's packages are there. */
ensureToolchain((line) => {
  console.log(line);
}).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
