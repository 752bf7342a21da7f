import { emrPrimaryNotPublic } from "../../../policies/emr/primaryNotPublic";
import { type Properties, UNKNOWN } from "../../../policies/kit/value";
import { drop, set } from "../../mutation/operators";
import { one, resource, specify, withUnknowns } from "../kit";

const subnet = (name: string, mapPublicIpOnLaunch?: boolean) =>
  resource("aws:ec2/subnet:Subnet", name, mapPublicIpOnLaunch === undefined ? {} : { mapPublicIpOnLaunch }, {
    outputs: { id: `subnet-${name}` },
  });
const open = subnet("open", true);
const closed = subnet("closed", false);
const cluster = (ec2Attributes: object, uses: readonly (typeof open)[] = []) =>
  resource("aws:emr/cluster:Cluster", "etl", withUnknowns({ ec2Attributes }), { uses: { ec2Attributes: uses } });
const block = (flag: boolean) =>
  resource("aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration", "all", {
    blockPublicSecurityGroupRules: flag,
  });

specify(emrPrimaryNotPublic, {
  complainsOf: {
    "a cluster without a subnet": { by: [cluster({})], at: ["ec2Attributes.subnetId"] },
    "a cluster in a public subnet": {
      by: [open, closed, cluster({ subnetId: "subnet-open" })],
      at: ["ec2Attributes.subnetId"],
    },
    "a cluster with public subnets only": {
      by: [open, cluster({ subnetIds: ["?"] }, [open])],
      at: ["ec2Attributes.subnetIds"],
    },
    "an account-wide block that is off": { by: [block(false)], at: ["blockPublicSecurityGroupRules"] },
  },
  accepts: { "a cluster in a private subnet": [open, closed, cluster({ subnetId: "subnet-closed" }), block(true)] },
  spares: {
    "a subnet that says nothing, which is private": [subnet("quiet"), cluster({ subnetId: "subnet-quiet" })],
    "a subnet of another stack": [cluster({ subnetId: "subnet-123" })],
  },
  unknown: {
    "it complains when the subnet comes from a public one": {
      by: [open, cluster({ subnetId: "?" }, [open])],
      at: ["ec2Attributes.subnetId"],
    },
    "it accepts a network with private subnets": [open, closed, cluster({ subnetId: "?" }, [open, closed])],
  },
  mutants: {
    breaks: {
      "aws:emr/cluster:Cluster": [
        drop("ec2Attributes"),
        set("ec2Attributes", {}, "empty ec2Attributes"),
        set(
          "ec2Attributes",
          ({ props }) => ({ ...(props["ec2Attributes"] as Properties), subnetId: "", subnetIds: [] }),
          "take the default subnet",
        ),
      ],
    },
    passes: { "aws:emr/cluster:Cluster": [set("ec2Attributes.subnetIds", UNKNOWN, "make the subnets unknown")] },
    added: {
      bad: {
        "allow public rules": one("aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration", {
          blockPublicSecurityGroupRules: false,
        }),
        "make the block unknown": one("aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration", {
          blockPublicSecurityGroupRules: UNKNOWN,
        }),
      },
      good: {
        "block public rules": one("aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration", {
          blockPublicSecurityGroupRules: true,
        }),
      },
    },
  },
});
