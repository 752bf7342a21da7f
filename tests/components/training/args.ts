import * as pulumi from "@pulumi/pulumi";
import type { TrainingArgs } from "../../../components/training/training";
import { MachineRef } from "../../../components/parts/refs/machine";
import { SCOPE } from "../../kit/builders";
import { bucketOf, KEYS, queueOf, tableOf } from "../../kit/refs";

export const ARGS: TrainingArgs = {
  scope: SCOPE,
  instanceTypes: ["r7g.2xlarge", "r6g.2xlarge"],
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  volumeKey: KEYS.behaviour,
  buckets: { gold: bucketOf("gold"), artifacts: bucketOf("artifacts", "technical") },
  tables: {
    recommendations: tableOf("meridian-test-us-recommendations"),
    models: tableOf("meridian-test-us-models"),
    shards: tableOf("meridian-test-us-shards"),
  },
  dailyRun: new MachineRef(SCOPE, { name: "daily" }),
  queue: queueOf("shards"),
  program: { archive: new pulumi.asset.AssetArchive({}), digest: "e".repeat(64) },
  maxInstances: 12,
};
