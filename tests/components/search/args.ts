import type { SearchArgs } from "../../../components/search/search";
import { SCOPE } from "../../kit/builders";
import { KEYS } from "../../kit/refs";

export const ARGS: SearchArgs = {
  scope: SCOPE,
  engineVersion: "OpenSearch_2.19",
  instanceType: "r7g.large.search",
  sizing: { dataNodes: 3, zones: 3, volumeGiB: 100, dedicatedMasters: 3 },
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b", "subnet-c", "subnet-d"],
  key: KEYS.behaviour,
};
