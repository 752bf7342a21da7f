import type { WarehouseArgs } from "../../../components/warehouse/warehouse";
import { keyArn, SCOPE } from "../../kit/builders";

export const ARGS: WarehouseArgs = {
  scope: SCOPE,
  deployment: { mode: "provisioned", nodeType: "ra3.xlplus", nodes: 2, snapshotEveryHours: 8 },
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  keyArn: keyArn("behaviour"),
  buckets: { silver: "silver", gold: "gold" },
};
