import { redshiftPrivate } from "../../../policies/redshift/private";
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
});
