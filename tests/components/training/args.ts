import * as pulumi from "@pulumi/pulumi";
import type { TrainingArgs } from "../../../components/training/training";
import { keyArn, SCOPE } from "../../kit/builders";

export const ARGS: TrainingArgs = {
  scope: SCOPE,
  instanceTypes: ["r7g.2xlarge", "r6g.2xlarge"],
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  keyArn: keyArn("behaviour"),
  buckets: { gold: "gold", artifacts: "artifacts" },
  tables: {
    recommendations: "meridian-test-us-recommendations",
    models: "meridian-test-us-models",
    shards: "meridian-test-us-shards",
  },
  queue: { arn: "arn:aws:sqs:us-east-1:111122223333:shards", url: "https://sqs/shards", name: "shards" },
  program: { archive: new pulumi.asset.AssetArchive({}), digest: "e".repeat(64) },
  maxInstances: 12,
};
