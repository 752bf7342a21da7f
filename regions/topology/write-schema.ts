/** Writes regions/topology.schema.json: `npx node --require ./local/toolchain/register.cjs regions/topology/write-schema.ts`. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { topologyJsonSchema } from "./schema";

writeFileSync(path.join(__dirname, "..", "topology.schema.json"), topologyJsonSchema());
