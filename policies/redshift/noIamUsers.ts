import { statements } from "../kit/document";
import type { Rule } from "../kit/rule";
import { UNKNOWN } from "../kit/value";

/** Actions that log somebody in to Redshift. */
const LOGIN =
  /^(\*|redshift:(\*|GetClusterCredentials.*|Get\*)|redshift-serverless:(\*|GetCredentials|Get\*)|redshift-data:.*)$/i;

/** W5. */
export const redshiftNoIamUsers: Rule = {
  id: "W5",
  name: "redshift-no-iam-users",
  title: "Nobody logs in to Redshift as an IAM user",
  severity: "medium",
  level: "advisory",
  source: ["new"],
  why: "An IAM user's key lives until somebody remembers it; a role's credentials expire within hours.",
  fix: "Give redshift:GetClusterCredentials*, redshift-serverless:GetCredentials and redshift-data:* to roles only.",
  types: ["aws:iam/userPolicy:UserPolicy", "aws:iam/groupPolicy:GroupPolicy"],
  check(policy, judge) {
    const found = statements(policy.props["policy"]);
    if (found === UNKNOWN) {
      judge.against(policy, "policy", "a document without a login to Redshift");
      return;
    }
    const logins = found
      .filter(({ allows }) => allows)
      .flatMap(({ actions }) => actions.filter((action) => LOGIN.test(action)));
    if (logins.length > 0) judge.against(policy, "policy", "no login to Redshift for users", logins);
  },
};
