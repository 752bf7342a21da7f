import { isRedshiftRpu, REDSHIFT_RPU_WANT } from "../../../aws/facts";
import { isRegionName, offers } from "../../catalogue";
import { residencyProblem } from "../../residency";
import type { CheckContext } from "../check-context";
import { lawOf } from "../derive";
import type { Finding } from "../draft";
import { got } from "../problems";
import { byZone, unknownRegion } from "./regions";

/**
 * Region sets in which DynamoDB keeps strong consistency across regions; replicas and witness are of one set
 * (docs.aws.amazon.com/amazondynamodb, "Multi-Region strong consistency").
 */
const STRONG_SETS: Readonly<Record<string, readonly string[]>> = {
  US: ["us-east-1", "us-east-2", "us-west-2"],
  EU: ["eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"],
  AP: ["ap-northeast-1", "ap-northeast-2", "ap-northeast-3"],
};

/** Global tables: strong consistency wants 3 regions of one set, or 2 and a witness, and no TTL. */
export function checkTables({ draft, known, parts }: CheckContext): readonly Finding[] {
  const { consistency, ttlDays, witness } = parts.tables;
  const witnessPath = ["tables", "witness"];
  if (consistency === "eventual") {
    return witness === undefined
      ? []
      : [{ path: witnessPath, reason: `want a witness only with consistency strong, got ${got(witness)}` }];
  }
  const findings: Finding[] = [];
  if (ttlDays !== undefined) {
    const path = ["tables", "ttlDays"];
    findings.push({ path, reason: `want no ttlDays with consistency strong, got ${ttlDays}: not allowed by DynamoDB` });
  }
  if (!draft.allRegionsRead) return findings;
  const zones = byZone(known).map(([zone, members]) => ({ zone, names: members.map(({ entry }) => entry.name) }));
  findings.push(...zones.flatMap(({ zone, names }) => strongZone(zone, names, witness)));
  if (witness === undefined) return findings;
  const served = zones.find(({ names }) => isWitnessed(names, witness));
  if (!isRegionName(witness)) {
    findings.push({ path: witnessPath, reason: unknownRegion(witness) });
  } else if (served === undefined) {
    const reason = `want a third region of the set of a zone with 2 regions, got ${got(witness)}`;
    findings.push({ path: witnessPath, reason });
  } else {
    const outside = residencyProblem(witness, lawOf(served.zone, draft.sections.residency));
    const reason = `want a witness that may hold zone ${served.zone}'s data, got ${got(witness)}: ${outside ?? ""}`;
    if (outside !== undefined) findings.push({ path: witnessPath, reason });
  }
  return findings;
}

/** Whether a region can be the witness of a zone's two regions. */
function isWitnessed(names: readonly string[], witness: string | undefined): boolean {
  return witness !== undefined && names.length === 2 && !names.includes(witness) && sameSet([...names, witness]);
}

function sameSet(names: readonly string[]): boolean {
  return Object.values(STRONG_SETS).some((set) => names.every((name) => set.includes(name)));
}

function strongZone(zone: string, names: readonly string[], witness: string | undefined): readonly Finding[] {
  const path = ["tables", "consistency"];
  const count = names.length + (isWitnessed(names, witness) ? 1 : 0);
  const findings: Finding[] = [];
  if (count !== 3) {
    findings.push({
      path,
      reason: `want 3 regions in zone ${zone} for strong consistency, or 2 plus a witness, got ${names.length} (${names.join(", ")})`,
    });
  }
  if (!sameSet(names)) {
    const sets = Object.values(STRONG_SETS).map((set) => set.join(", "));
    findings.push({
      path,
      reason: `want zone ${zone}'s regions in one set (${sets.join("; or ")}), got ${names.join(", ")}`,
    });
  }
  return findings;
}

/** Snapshots every 8 h or 5 GB of changes a node; recovery points every 30 min (Redshift management guide, "Snapshots"). */
const LEAST_RPO = {
  provisioned: { minutes: 480, why: "snapshot copy gives ~8 h" },
  serverless: { minutes: 30, why: "recovery points come every 30 min" },
} as const;

/** Nodes that a provisioned cluster may have alone (Redshift management guide, "Node type details"). */
const ALONE = new Set(["ra3.large", "ra3.xlplus", "rg.large", "rg.xlarge", "dc2.large"]);

/** The warehouse: no recovery point that snapshots cannot give. */
export function checkWarehouse({ draft, known, parts: { warehouse } }: CheckContext): readonly Finding[] {
  const findings: Finding[] = [];
  const least = LEAST_RPO[warehouse.mode];
  if (warehouse.rpoMinutes < least.minutes) {
    const path = ["warehouse", "rpoMinutes"];
    findings.push({
      path,
      reason: `want ${least.minutes} or more with mode ${warehouse.mode}, got ${warehouse.rpoMinutes}: ${least.why}`,
    });
  }
  if (warehouse.mode === "serverless") {
    const path = ["warehouse", draft.sections.warehouse === undefined ? "" : "mode"];
    const without = known.filter(({ entry }) => !offers(entry.name, "redshift-serverless"));
    findings.push(
      ...without.map(({ entry }) => ({
        path,
        reason: `want provisioned in ${entry.name}, which has no Redshift Serverless`,
      })),
    );
    const base = warehouse.baseCapacityRpu;
    if (!isRedshiftRpu(base)) {
      findings.push({ path: ["warehouse", "baseCapacityRpu"], reason: `want ${REDSHIFT_RPU_WANT}, got ${base}` });
    }
  } else if (warehouse.nodes === 1 && !ALONE.has(warehouse.nodeType)) {
    findings.push({ path: ["warehouse", "nodes"], reason: `want 2 or more nodes of ${warehouse.nodeType}, got 1` });
  }
  return findings;
}
