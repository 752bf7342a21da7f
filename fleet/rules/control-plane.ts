import { at, isSet, list, text, texts, UNKNOWN, type GraphNode } from "../graph";
import { zonesOfSeveral } from "./places";
import type { FleetJudge, FleetRule } from "./rule";

/**
 * Calls that move traffic or promote a copy through a control plane. Source: AWS Fault Isolation Boundaries whitepaper,
 * "Appendix A - Partitional service guidance" and "Appendix B - Edge network global service guidance".
 */
const SWITCHES =
  /^(?:route53:(?:Change|Update|Associate|Disassociate|\*)|cloudfront:(?:Update|\*)|globalaccelerator:(?:Update|\*)|elasticache:(?:Failover|Disassociate|\*)|rds:(?:Failover|Promote|Switchover|\*)|arc-zonal-shift:|\*$)/i;

/** N2. */
export const controlPlane: FleetRule = {
  id: "N2",
  name: "fleet-control-plane",
  title: "Failing over makes no control-plane call",
  severity: "critical",
  level: "mandatory",
  source: ["new"],
  why: "Control planes of global services live in one region and are the first to be short when a region is lost. Health checks, latency records and origin groups switch by themselves, in data planes.",
  fix: "Let a health check decide: records of one name with a `healthCheckId` each, an origin group; no role that may move traffic",
  unknowns:
    "A policy with an ARN that only AWS knows is not known as a whole: it is judged when its stack is up and previewed again.",
  check(fleet, judge) {
    const several = zonesOfSeveral(fleet).length > 0;
    for (const record of fleet.graph.of("aws:route53/record:Record")) if (several) judgeRecord(judge, record);
    for (const node of fleet.graph.of("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy")) {
      for (const action of actionsOf(node)) {
        if (SWITCHES.test(action)) judge.against(node, "policy", "no action that moves traffic", action);
      }
    }
    for (const rule of fleet.graph.of("aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/metricAlarm:MetricAlarm")) {
      const moves = texts(rule.inputs).find(({ text: value }) =>
        /route53-recovery|FailoverGlobalReplicationGroup/.test(value),
      );
      if (moves !== undefined) judge.against(rule, moves.path, "no action that moves traffic", moves.text);
    }
  },
};

/** A record that shares its name with those of other regions must be taken out by a health check. */
function judgeRecord(judge: FleetJudge, record: GraphNode): void {
  if (!isSet(at(record.inputs, "setIdentifier"))) return;
  const weighted = isSet(at(record.inputs, "weightedRoutingPolicies"));
  if (weighted)
    judge.against(
      record,
      "weightedRoutingPolicies",
      "a latency or failover policy",
      "weights, which somebody would have to change",
    );
  const healthy = isSet(at(record.inputs, "healthCheckId")) || aliasIsChecked(record);
  if (!healthy) judge.against(record, "healthCheckId", "a health check");
}

function aliasIsChecked(record: GraphNode): boolean {
  const aliases = list(record.inputs, "aliases");
  return aliases.length > 0 && aliases.every((alias) => at(alias, "evaluateTargetHealth") === true);
}

/** Actions that a policy document allows; `*` for a document that is not known. */
function actionsOf({ inputs }: GraphNode): readonly string[] {
  const policy = at(inputs, "policy");
  if (policy === UNKNOWN) return [];
  const document = text(inputs, "policy");
  if (document === undefined) return [];
  const parsed = JSON.parse(document) as { Statement?: Statement | Statement[] };
  return [parsed.Statement ?? []]
    .flat()
    .flatMap(({ Effect, Action }) => (Effect === "Allow" ? [Action ?? []].flat() : []));
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
}
