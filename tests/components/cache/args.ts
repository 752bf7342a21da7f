import type { CacheArgs } from "../../../components/cache/cache";
import { SCOPE } from "../../kit/builders";
import { KEYS } from "../../kit/refs";

export const ARGS: CacheArgs = {
  scope: SCOPE,
  engine: { engine: "valkey", shards: 2, replicasPerShard: 1 },
  nodeType: "cache.r7g.large",
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  key: KEYS.behaviour,
};
