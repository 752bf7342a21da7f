import { autoscalingSeveralZones } from "../../../policies/autoscaling/severalZones";
import { drop, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const subnet = (name: string, availabilityZone: string) =>
  resource("aws:ec2/subnet:Subnet", name, { availabilityZone }, { outputs: { id: `subnet-${name}` } });
const a = subnet("a", "eu-west-1a");
const a2 = subnet("a2", "eu-west-1a");
const b = subnet("b", "eu-west-1b");
const group = (props: object, uses: readonly (typeof a)[] = []) =>
  resource("aws:autoscaling/group:Group", "intake", withUnknowns(props), { uses: { vpcZoneIdentifiers: uses } });
const network = (props: object) => resource("awsx:ec2:Vpc", "network", withUnknowns(props));
const within = (props: object) => [network(props), group({ vpcZoneIdentifiers: "?" }, [network(props)])];
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
    "it complains of an awsx network in one zone by number": { by: within({ numberOfAvailabilityZones: 1 }), at: AT },
    "it complains of an awsx network in one zone by name": { by: within({ availabilityZoneNames: ["a"] }), at: AT },
    "it complains of an awsx network of which nothing is known": {
      by: within({ numberOfAvailabilityZones: "?" }),
      at: AT,
    },
    "it accepts an awsx network that says nothing, which spans three zones": within({}),
    "it accepts an awsx network in two zones": within({ availabilityZoneNames: ["a", "b"] }),
    "it accepts a list that comes from two zones": [a, b, group({ vpcZoneIdentifiers: "?" }, [a, b])],
    "it accepts a list that may be any of the stack's two zones": [a, b, group({ vpcZoneIdentifiers: "?" })],
  },
  mutants: {
    breaks: {
      "aws:autoscaling/group:Group": [
        drop("vpcZoneIdentifiers"),
        set("vpcZoneIdentifiers", ["subnet-1"], "leave one subnet"),
        set("availabilityZones", ["eu-west-1a"], "leave one zone"),
      ],
    },
    passes: {
      "aws:autoscaling/group:Group": [
        set("vpcZoneIdentifiers", ["subnet-1", "subnet-2"], "leave two subnets"),
        set("availabilityZones", ["eu-west-1a", "eu-west-1b"], "leave two zones"),
      ],
    },
  },
});
