import * as pulumi from "@pulumi/pulumi";
import type { EtlArgs } from "../../../components/etl/etl";
import { BucketRef } from "../../../components/parts/refs/bucket";
import { SCOPE } from "../../kit/builders";
import { bucketOf, KEYS, queueOf, tableOf } from "../../kit/refs";

export const ARGS: EtlArgs = {
  scope: SCOPE,
  releaseLabel: "emr-7.9.0",
  instanceTypes: ["m7g.xlarge", "m6g.2xlarge"],
  capacity: { minimumUnits: 8, maximumUnits: 64, maximumOnDemandUnits: 16, maximumCoreUnits: 16 },
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  key: KEYS.behaviour,
  buckets: {
    bronze: bucketOf("bronze"),
    silver: bucketOf("silver"),
    gold: bucketOf("gold"),
    artifacts: bucketOf("artifacts", "technical"),
    logs: new BucketRef(SCOPE, { name: "logs" }),
  },
  goldFolder: "us-east-1/",
  profiles: tableOf("meridian-test-us-profiles"),
  handover: queueOf("handover"),
  program: { archive: new pulumi.asset.AssetArchive({}), digest: "d".repeat(64) },
};
