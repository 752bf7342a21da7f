import type { Rule } from "../kit/rule";
import { UNKNOWN, at, isOn, isSet, type Value } from "../kit/value";

const CLUSTER = "aws:emr/cluster:Cluster";
const CONFIGURATION = "aws:emr/securityConfiguration:SecurityConfiguration";

/** E2. */
export const emrEncrypted: Rule = {
  id: "E2",
  name: "emr-encrypted",
  title: "EMR encrypts at rest and in transit",
  severity: "high",
  level: "mandatory",
  source: ["EMR.3", "EMR.4"],
  why: "Shuffles and spills carry the whole data set between nodes and onto their disks.",
  fix:
    "Set securityConfiguration to a SecurityConfiguration whose EncryptionConfiguration has EnableAtRestEncryption and " +
    "EnableInTransitEncryption true.",
  unknowns:
    "A configuration that names a new key or certificate is not known in a preview; it is judged as soon as it is known. " +
    "The cluster's securityConfiguration only has to be set.",
  types: [CLUSTER, CONFIGURATION],
  check(resource, judge) {
    if (resource.type === CLUSTER) {
      judge.require(
        isSet(resource.props["securityConfiguration"]),
        resource,
        "securityConfiguration",
        "the name of one",
      );
      return;
    }
    const configuration = parse(resource.props["configuration"]);
    if (configuration === UNKNOWN) return;
    for (const flag of ["EnableAtRestEncryption", "EnableInTransitEncryption"]) {
      const path = `EncryptionConfiguration.${flag}`;
      const got = at(configuration, path);
      if (!isOn(got)) judge.against(resource, `configuration.${path}`, "true", got);
    }
  },
};

function parse(text: Value): Value {
  if (typeof text !== "string") return text;
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}
