import { redshiftEncrypted } from "../../../policies/redshift/encrypted";
import { drop, set, spoilFlag } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const cluster = (props: object) => resource("aws:redshift/cluster:Cluster", "warehouse", withUnknowns(props));

specify(redshiftEncrypted, {
  complainsOf: {
    "a cluster that says nothing": { by: [cluster({})], at: ["encrypted"] },
    "a plain cluster": { by: [cluster({ encrypted: "false" })], at: ["encrypted"] },
  },
  accepts: { "an encrypted cluster": [cluster({ encrypted: "true" })] },
  spares: { "a flag given as a boolean": [cluster({ encrypted: true })] },
  unknown: { "it complains of the flag": { by: [cluster({ encrypted: "?" })], at: ["encrypted"] } },
  repairs: {
    "a plain cluster": { from: cluster({ encrypted: "false" }), to: { encrypted: "true" } },
    "nothing in an encrypted one": { from: cluster({ encrypted: "true" }), to: undefined },
  },
  mutants: {
    breaks: { "aws:redshift/cluster:Cluster": spoilFlag("encrypted") },
    passes: {
      "aws:redshift/cluster:Cluster": [set("encrypted", true, "give the flag as a boolean"), drop("kmsKeyId")],
    },
  },
});
