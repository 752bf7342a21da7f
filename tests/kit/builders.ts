import type { Scope } from "../../components/kit/scope";
import type { TrafficProfile } from "../../regions/traffic";
import { FAKE_ACCOUNT } from "./outputs";

/** A production scope: what it stores is kept. */
export const SCOPE: Scope = {
  prefix: "meridian",
  environment: "test",
  region: "us-east-1",
  partition: "aws",
  account: FAKE_ACCOUNT,
  zone: "us",
  data: "retained",
};

/** The same, where both keys were turned: what it stores may go. */
export const DISPOSABLE: Scope = { ...SCOPE, data: "disposable" };

/** 1,000 events/s, at peak 3,000; a million users. */
export const TRAFFIC: TrafficProfile = {
  eventsPerSecond: 1000,
  peakFactor: 3,
  eventBytes: 600,
  users: 1_000_000,
  items: 50_000,
  recommendationsPerSecond: 500,
  recommendationsPerUser: 20,
  retentionDays: 365,
};

/** ARN of a KMS key of the test account. */
export function keyArn(name: string, region: string = SCOPE.region): string {
  return `arn:aws:kms:${region}:${FAKE_ACCOUNT}:key/${name}`;
}

/** Statements of a policy document in JSON. */
export function statements(policy: unknown): readonly Statement[] {
  return (JSON.parse(String(policy)) as { Statement: Statement[] }).Statement;
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** Statements that allow with a wildcard in an action, or all resources where they may not (`Sid`s in `allowed`). */
export function tooWide(policy: unknown, allowed: readonly string[] = []): readonly string[] {
  return statements(policy)
    .filter(({ Effect }) => Effect === "Allow")
    .filter(
      ({ Action, Resource, Sid }) =>
        [Action].flat().some((action) => action.includes("*")) ||
        ([Resource].flat().includes("*") && !allowed.includes(Sid ?? "")),
    )
    .map(({ Sid }) => Sid ?? "(no sid)");
}
