import type { Rule } from "../kit/rule";
import { isOn } from "../kit/value";

/** W2. */
export const redshiftEncrypted: Rule = {
  id: "W2",
  name: "redshift-encrypted",
  title: "Redshift clusters are encrypted at rest",
  severity: "high",
  level: "remediate",
  source: ["Redshift.10"],
  why: "The warehouse and its snapshots hold the history of every user.",
  fix: "Set encrypted to true, and kmsKeyId to a key of the region.",
  spares: "Redshift Serverless, which always encrypts.",
  types: ["aws:redshift/cluster:Cluster"],
  check(cluster, judge) {
    judge.require(isOn(cluster.props["encrypted"]), cluster, "encrypted", "true");
  },
  remediate({ props }) {
    return isOn(props["encrypted"]) ? undefined : { encrypted: "true" };
  },
};
