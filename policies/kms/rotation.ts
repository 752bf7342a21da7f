import type { Rule } from "../kit/rule";
import { isOn, isSet, type Properties } from "../kit/value";

const KEY = "aws:kms/key:Key";

/** Y1. */
export const kmsRotation: Rule = {
  id: "Y1",
  name: "kms-rotation",
  title: "KMS keys rotate",
  severity: "medium",
  level: "remediate",
  source: ["CIS 3.6"],
  why: "Rotation limits how much is encrypted by one version of a key.",
  fix: "Set enableKeyRotation to true.",
  spares:
    "Keys that AWS cannot rotate: asymmetric and HMAC keys, imported material, custom key stores. A multi-region key's replicas follow their primary.",
  types: [KEY],
  check(key, judge) {
    if (canRotate(key.props)) judge.require(isOn(key.props["enableKeyRotation"]), key, "enableKeyRotation", "true");
  },
  remediate({ props }) {
    return canRotate(props) && !isOn(props["enableKeyRotation"]) ? { enableKeyRotation: true } : undefined;
  },
};

function canRotate(props: Properties): boolean {
  const spec = props["customerMasterKeySpec"] ?? "SYMMETRIC_DEFAULT";
  const usage = props["keyUsage"] ?? "ENCRYPT_DECRYPT";
  return spec === "SYMMETRIC_DEFAULT" && usage === "ENCRYPT_DECRYPT" && !isSet(props["customKeyStoreId"]);
}
