import * as pulumi from "@pulumi/pulumi";
import type { EtlArgs } from "../../../components/etl/etl";
import { keyArn, SCOPE } from "../../kit/builders";

export const ARGS: EtlArgs = {
  scope: SCOPE,
  releaseLabel: "emr-7.9.0",
  instanceTypes: ["m7g.xlarge", "m6g.2xlarge"],
  capacity: { minimumUnits: 8, maximumUnits: 64, maximumOnDemandUnits: 16, maximumCoreUnits: 16 },
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  keyArn: keyArn("behaviour"),
  buckets: { bronze: "bronze", silver: "silver", gold: "gold", artifacts: "artifacts", logs: "logs" },
  goldFolder: "us-east-1/",
  profilesTable: "meridian-test-us-profiles",
  program: { archive: new pulumi.asset.AssetArchive({}), digest: "d".repeat(64) },
};
