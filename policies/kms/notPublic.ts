import { isOpen, statements } from "../kit/document";
import type { Rule } from "../kit/rule";
import { UNKNOWN } from "../kit/value";

/** Y2. */
export const kmsNotPublic: Rule = {
  id: "Y2",
  name: "kms-not-public",
  title: "KMS keys are usable by named accounts only",
  severity: "critical",
  level: "mandatory",
  source: ["KMS.5"],
  why: "Whoever may use the key may read everything that it encrypts.",
  fix: 'Name the principals in the key policy; where principal "*" is needed, tie it down by kms:CallerAccount or aws:PrincipalOrgID.',
  unknowns: "A policy that names roles not yet created is not known in a preview; it is judged as soon as it is known.",
  types: [
    "aws:kms/key:Key",
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:kms/externalKey:ExternalKey",
  ],
  check(key, judge) {
    const found = statements(key.props["policy"]);
    if (found !== UNKNOWN && found.some(isOpen))
      judge.against(key, "policy", "no statement that allows anyone", "an Allow for anyone");
  },
};
