import { at, isSet, list, text, texts, type GraphNode } from "../graph";
import { zonesOfSeveral } from "./places";
import type { FleetJudge, FleetRule } from "./rule";

/**
 * Calls that move traffic or promote a copy through a control plane. Source: AWS Fault Isolation Boundaries whitepaper,
 * "Appendix A - Partitional service guidance" and "Appendix B - Edge network global service guidance".
 */
const SWITCHES = [
  "route53:ChangeResourceRecordSets",
  "route53:UpdateHealthCheck",
  "route53:UpdateTrafficPolicyInstance",
  "route53:AssociateVPCWithHostedZone",
  "route53:DisassociateVPCFromHostedZone",
  "cloudfront:UpdateDistribution",
  "cloudfront:UpdateContinuousDeploymentPolicy",
  "globalaccelerator:UpdateEndpointGroup",
  "globalaccelerator:UpdateListener",
  "elasticache:FailoverGlobalReplicationGroup",
  "elasticache:DisassociateGlobalReplicationGroup",
  "rds:FailoverGlobalCluster",
  "rds:PromoteReadReplica",
  "rds:PromoteReadReplicaDBCluster",
  "rds:SwitchoverGlobalCluster",
  "arc-zonal-shift:StartZonalShift",
];
/** Managed policies that allow one of them. */
const MAY_SWITCH =
  /policy\/(?:AdministratorAccess|PowerUserAccess|AmazonRoute53FullAccess|CloudFrontFullAccess|AmazonElastiCacheFullAccess|AmazonRDSFullAccess|GlobalAcceleratorFullAccess)$/;

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
    for (const check of fleet.graph.of("aws:route53/healthCheck:HealthCheck")) {
      for (const property of ["disabled", "invertHealthcheck"]) {
        const got = at(check.inputs, property);
        if (isSet(got) && got !== false) judge.against(check, property, "false: a dead region must be found dead");
      }
    }
    for (const node of fleet.graph.of("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy")) {
      judgePolicy(judge, node, "policy");
    }
    for (const role of fleet.graph.of("aws:iam/role:Role")) {
      for (const index of list(role.inputs, "inlinePolicies").keys())
        judgePolicy(judge, role, `inlinePolicies.${index}.policy`);
    }
    for (const node of fleet.graph.of("aws:iam/role:Role", "aws:iam/rolePolicyAttachment:RolePolicyAttachment")) {
      for (const { path, text: arn } of texts(node.inputs)) {
        if (/^(?:managedPolicyArns|policyArn)/.test(path) && MAY_SWITCH.test(arn))
          judge.against(node, path, "no policy that may move traffic");
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

function judgePolicy(judge: FleetJudge, node: GraphNode, property: string): void {
  for (const { Effect, Action, NotAction } of statementsOf(text(node.inputs, property))) {
    if (Effect !== "Allow") continue;
    const allowed = [Action ?? []].flat();
    const but = NotAction === undefined ? undefined : [NotAction].flat();
    const found = SWITCHES.find(
      (action) =>
        allowed.some((pattern) => allows(pattern, action)) ||
        (but !== undefined && !but.some((pattern) => allows(pattern, action))),
    );
    if (found !== undefined) judge.against(node, property, "no action that moves traffic", found);
  }
}

/** Whether an action's name, with IAM's wildcards, stands for an action. */
function allows(pattern: string, action: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "i").test(action);
}

/** What a known policy document states; nothing for one that is not known, or that IAM would refuse. */
function statementsOf(document: string | undefined): readonly Statement[] {
  if (document === undefined) return [];
  try {
    return [(JSON.parse(document) as { Statement?: Statement | Statement[] }).Statement ?? []].flat();
  } catch {
    return [];
  }
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
}
