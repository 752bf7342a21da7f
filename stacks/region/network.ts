import { EMR_TAG } from "../../components/etl/etl";
import { ENDPOINTS_BY_SIZE } from "../../components/network/endpoints";
import { Network } from "../../components/network/network";
import { subnetsOf } from "../../regions/addresses";
import type { Tier } from "../../regions/addresses";
import type { Ground, RegionContext } from "./context";

export function createNetwork(
  { scope, topology, plan, opts }: RegionContext,
  { keys, lake }: Pick<Ground, "keys" | "lake">,
): Network {
  const { size } = topology;
  const { cidr, availabilityZones } = plan;
  const subnets = subnetsOf(cidr, availabilityZones);
  const blocks = (tier: Tier): string[] =>
    subnets.filter((subnet) => subnet.tier === tier).map((subnet) => subnet.cidr);
  return new Network(
    "network",
    {
      scope,
      cidr,
      availabilityZones,
      subnets: { public: blocks("public"), private: blocks("private"), isolated: blocks("isolated") },
      nat: size === "standard" ? "one-per-zone" : "single",
      interfaceEndpoints: ENDPOINTS_BY_SIZE[size],
      privateSubnetTags: EMR_TAG,
      flowLogs:
        size === "standard"
          ? { to: "s3", bucketArn: lake.buckets.logs.arn }
          : { to: "cloudwatch", key: keys.technical },
    },
    opts,
  );
}
