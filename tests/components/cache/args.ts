import type { CacheArgs } from "../../../components/cache/cache";
import { keyArn, SCOPE } from "../../kit/builders";

export const ARGS: CacheArgs = {
  scope: SCOPE,
  engine: { engine: "valkey", shards: 2, replicasPerShard: 1 },
  nodeType: "cache.r7g.large",
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  keyArn: keyArn("behaviour"),
  clients: { warmer: "sg-warmer" },
};
