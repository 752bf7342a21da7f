/** One component alone: a global table of one's own with a copy in a second region, each under a key of its region. */
import { keyPolicy } from "../../components/keys/policy";
import { GlobalTables } from "../../components/tables/tables";
import { TableKeys } from "../../components/tables/table-keys";
import { providers, SCOPE } from "../scope";

const opts = providers();
const regions = [SCOPE.region, "eu-central-1"];

const keys = new TableKeys("keys", { scope: SCOPE, regions, policyFor: (there) => keyPolicy(there, []) }, opts);

const tables = new GlobalTables(
  "tables",
  {
    scope: SCOPE,
    replicaRegions: ["eu-central-1"],
    keyArns: keys.arns,
    tables: [
      {
        part: "baskets",
        partitionKey: { name: "user_key", type: "S" },
        ttlAttribute: "expires_at",
        dataClass: "behaviour",
        writers: "primary region",
      },
    ],
  },
  opts,
);

export const names = tables.names;
