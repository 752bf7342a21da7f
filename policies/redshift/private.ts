import type { Rule } from "../kit/rule";
import { isOff } from "../kit/value";

/** W1. */
export const redshiftPrivate: Rule = {
  id: "W1",
  name: "redshift-private",
  title: "Redshift is not reachable from the internet",
  severity: "critical",
  level: "mandatory",
  source: ["Redshift.1"],
  why: "A public warehouse is one password away from everybody; loads need no public address (S3 and COPY by the Data API).",
  fix: "Set publiclyAccessible to false and reach the cluster through its VPC.",
  spares: "A cluster that says nothing: pulumi-aws v7 makes it private.",
  types: ["aws:redshift/cluster:Cluster", "aws:redshiftserverless/workgroup:Workgroup"],
  check(cluster, judge) {
    const open = cluster.props["publiclyAccessible"] ?? false;
    judge.require(isOff(open), cluster, "publiclyAccessible", "false");
  },
};
