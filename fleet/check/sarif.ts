import { CATALOGUE } from "../../policies/catalogue";
import { FLEET_RULES } from "../rules/catalogue";
import type { Report } from "./check";
import type { Finding } from "./finding";

const FACTS = new Map([...CATALOGUE, ...FLEET_RULES].map((rule) => [rule.name, rule]));
const LEVEL = { mandatory: "error", advisory: "warning" } as const;

/** The report as SARIF 2.1.0, which code hosts and editors show. Source: docs.oasis-open.org/sarif/sarif/v2.1.0 */
export function toSarif(report: Report, version: string): object {
  const rules = [...new Map(report.findings.map((finding) => [finding.rule, finding])).values()];
  const places = new Map(rules.map(({ rule }, index) => [rule, index]));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "meridian check", version, rules: rules.map(ruleOf) } },
        automationDetails: { id: `meridian-check/${report.environment}` },
        results: report.findings.map((finding) => ({
          ruleId: finding.rule,
          ruleIndex: places.get(finding.rule) ?? -1,
          level: LEVEL[finding.level],
          message: { text: finding.message },
          locations: [locationOf(report, finding)],
          partialFingerprints: {
            meridianFinding: [finding.rule, finding.stack, finding.urn, finding.property].join("|"),
          },
        })),
      },
    ],
  };
}

function ruleOf({ id, rule, title, severity, level }: Finding): object {
  const facts = FACTS.get(rule);
  return {
    id: rule,
    name: id,
    shortDescription: { text: title },
    ...(facts === undefined ? {} : { fullDescription: { text: facts.why }, help: { text: facts.fix } }),
    defaultConfiguration: { level: LEVEL[level] },
    properties: { severity, ...(facts === undefined ? {} : { tags: [id, ...facts.source] }) },
  };
}

/** A resource has no line in a file: the topology file stands for the place, the URN says which resource. */
function locationOf({ environment }: Report, { stack, urn, property }: Finding): object {
  const name = urn === "" ? stack : urn;
  return {
    physicalLocation: {
      artifactLocation: { uri: `regions/topologies/${environment}.yaml` },
      region: { startLine: 1 },
    },
    ...(name === ""
      ? {}
      : {
          logicalLocations: [{ fullyQualifiedName: property === "" ? name : `${name}#${property}`, kind: "resource" }],
        }),
  };
}
