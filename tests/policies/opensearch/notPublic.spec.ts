import { opensearchNotPublic } from "../../../policies/opensearch/notPublic";
import { all, drop, hide, set } from "../../mutation/operators";
import { ANYONE, OPEN, policy, resource, specify, withUnknowns } from "../kit";

const domain = (props: object) => resource("aws:opensearch/domain:Domain", "events", withUnknowns(props));
const inside = { vpcOptions: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] } };

specify(opensearchNotPublic, {
  complainsOf: {
    "a domain outside a VPC": { by: [domain({})], at: ["vpcOptions.subnetIds"] },
    "a domain outside a VPC that anyone may use": {
      by: [domain({ accessPolicies: policy(ANYONE) })],
      at: ["accessPolicies", "vpcOptions.subnetIds"],
    },
    "a VPC without subnets": { by: [domain({ vpcOptions: { subnetIds: [] } })], at: ["vpcOptions.subnetIds"] },
  },
  accepts: { "a domain in a VPC": [domain(inside)] },
  spares: { "a policy for anyone inside the VPC": [domain({ ...inside, accessPolicies: policy(ANYONE) })] },
  unknown: {
    "it accepts subnets that are to be created": [domain({ vpcOptions: { subnetIds: "?" }, accessPolicies: "?" })],
  },
  mutants: {
    breaks: {
      "aws:opensearch/domain:Domain": [
        drop("vpcOptions"),
        drop("vpcOptions.subnetIds"),
        all(drop("vpcOptions"), set("accessPolicies", OPEN)),
      ],
    },
    passes: {
      "aws:opensearch/domain:Domain": [
        set("accessPolicies", OPEN, "let anyone in the VPC"),
        hide("vpcOptions.subnetIds"),
      ],
    },
  },
});
