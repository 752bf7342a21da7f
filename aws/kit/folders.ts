import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const ROOT = join(__dirname, "..");
const load = createRequire(__filename);

/** What a file in the folder of each AWS service may be called. */
export type ServiceFile = "requests" | "rules" | "stack-rules" | "calls" | "quotas";

/**
 * One export of `aws/<service>/<file>.ts` of every service that has it, in the order of the services' names: a service is
 * added by adding its folder.
 */
// The caller names the type of the export, which each file declares.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function fromServices<T>(file: ServiceFile, name: string): readonly T[] {
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(ROOT, entry.name, `${file}.ts`)))
    .map((entry) => entry.name)
    .sort()
    .flatMap((service) => {
      const exported = (load(join(ROOT, service, `${file}.ts`)) as Readonly<Record<string, T | undefined>>)[name];
      return exported === undefined ? [] : [exported];
    });
}
