import type { WarehouseArgs } from "../../../components/warehouse/warehouse";
import { CatalogueRef } from "../../../components/parts/refs/catalogue";
import { SCOPE } from "../../kit/builders";
import { bucketOf, KEYS } from "../../kit/refs";

export const ARGS: WarehouseArgs = {
  scope: SCOPE,
  deployment: { mode: "provisioned", nodeType: "ra3.xlplus", nodes: 2, snapshotEveryHours: 8 },
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  key: KEYS.behaviour,
  buckets: { silver: bucketOf("silver"), gold: bucketOf("gold") },
  catalogue: new CatalogueRef(SCOPE, { databaseName: "meridian_test_us_east_1_lake", key: KEYS.technical }),
};
