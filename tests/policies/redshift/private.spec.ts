import { redshiftPrivate } from "../../../policies/redshift/private";
import { drop, flip, hide, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const cluster = (props: object, type = "aws:redshift/cluster:Cluster") =>
  resource(type, "warehouse", withUnknowns(props));
const AT = ["publiclyAccessible"];

specify(redshiftPrivate, {
  complainsOf: {
    "a public cluster": { by: [cluster({ publiclyAccessible: true })], at: AT },
    "a public serverless workgroup": {
      by: [cluster({ publiclyAccessible: true }, "aws:redshiftserverless/workgroup:Workgroup")],
      at: AT,
    },
  },
  accepts: { "a private cluster": [cluster({ publiclyAccessible: false })] },
  spares: { "a cluster that says nothing, which is private": [cluster({})] },
  unknown: { "it complains of the flag": { by: [cluster({ publiclyAccessible: "?" })], at: AT } },
  mutants: {
    breaks: {
      "aws:redshift/cluster:Cluster": [
        flip("publiclyAccessible"),
        hide("publiclyAccessible"),
        set("publiclyAccessible", "true", "open it by a text"),
      ],
    },
    passes: { "aws:redshift/cluster:Cluster": [drop("publiclyAccessible")] },
  },
});
