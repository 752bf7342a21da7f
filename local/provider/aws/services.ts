import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { ServiceTable } from "./define";

const FOLDER = join(__dirname, "services");
const load = createRequire(__filename);

/** The table that `services/<service>.ts` exports under the service's name. */
function tableOf(service: string): ServiceTable {
  const exported = load(join(FOLDER, `${service}.ts`)) as Readonly<Record<string, ServiceTable | undefined>>;
  const table = exported[service];
  if (table === undefined) {
    throw new Error(`local/provider/aws/services/${service}.ts: want an export named ${service}, got none`);
  }
  return table;
}

/** The whole table, by AWS service, in the order of their names: a service is added by adding its file to `services/`. */
export const services: Readonly<Record<string, ServiceTable>> = Object.fromEntries(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort()
    .map((service) => [service, tableOf(service)] as const),
);
