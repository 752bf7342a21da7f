import { autoscalingSeveralZones } from "../../../policies/autoscaling/severalZones";
import { resource, specify, withUnknowns } from "../kit";

const subnet = (name: string, availabilityZone: string) =>
  resource("aws:ec2/subnet:Subnet", name, { availabilityZone }, { outputs: { id: `subnet-${name}` } });
const a = subnet("a", "eu-west-1a");
const a2 = subnet("a2", "eu-west-1a");
const b = subnet("b", "eu-west-1b");
const group = (props: object, uses: readonly (typeof a)[] = []) =>
  resource("aws:autoscaling/group:Group", "intake", withUnknowns(props), { uses: { vpcZoneIdentifiers: uses } });
const AT = ["vpcZoneIdentifiers"];

specify(autoscalingSeveralZones, {
  complainsOf: {
    "a group that says nothing": { by: [group({})], at: AT },
    "one subnet": { by: [a, b, group({ vpcZoneIdentifiers: ["subnet-a"] })], at: AT },
    "two subnets of one zone": { by: [a, a2, b, group({ vpcZoneIdentifiers: ["subnet-a", "subnet-a2"] })], at: AT },
    "one zone by name": { by: [group({ availabilityZones: ["eu-west-1a"] })], at: ["availabilityZones"] },
  },
  accepts: { "subnets of two zones": [a, b, group({ vpcZoneIdentifiers: ["subnet-a", "subnet-b"] })] },
  spares: { "two subnets of another stack": [group({ vpcZoneIdentifiers: ["subnet-1", "subnet-2"] })] },
  unknown: {
    "it complains when all come from one zone": {
      by: [a, a2, b, group({ vpcZoneIdentifiers: ["?", "?"] }, [a, a2])],
      at: AT,
    },
    "it complains of a list of which nothing is known": { by: [group({ vpcZoneIdentifiers: "?" })], at: AT },
    "it accepts a list that comes from two zones": [a, b, group({ vpcZoneIdentifiers: "?" }, [a, b])],
    "it accepts a list that may be any of the stack's two zones": [a, b, group({ vpcZoneIdentifiers: "?" })],
  },
});
