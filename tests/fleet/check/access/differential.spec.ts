import assert from "node:assert/strict";
import { createRequire } from "node:module";
import fc from "fast-check";
import { evaluate } from "../../../../fleet/check/access";
import type { Principal, Verdict } from "../../../../fleet/check/access";
import { ACCOUNT, allow, documentOf, KEY, layersOf, OTHER, QUEUE, ROLE, to } from "./cases/case";
import type { Policies, Statement } from "./cases/case";

/**
 * An evaluator that nobody here wrote, @cloud-copilot/iam-simulate, by as much of its interface as is used here. Its
 * licence is AGPL-3.0-or-later: this test loads it when it runs, and nothing that is delivered does.
 */
interface Simulator {
  readonly runSimulation: (
    simulation: Simulation,
    options: object,
  ) => Promise<{ readonly resultType: "error" } | { readonly resultType: "single"; readonly overallResult: string }>;
}

interface Named {
  readonly name: string;
  readonly policy: object;
}

interface Level {
  readonly orgIdentifier: string;
  readonly policies: readonly Named[];
}

interface Simulation {
  readonly request: {
    readonly principal: string;
    readonly action: string;
    readonly resource: { readonly resource: string; readonly accountId: string };
    readonly contextVariables: Readonly<Record<string, string | readonly string[]>>;
  };
  readonly identityPolicies: readonly Named[];
  readonly serviceControlPolicies: readonly Level[];
  readonly resourceControlPolicies: readonly Level[];
  readonly resourcePolicy?: object;
  readonly permissionBoundaryPolicies?: readonly Named[];
  readonly vpcEndpointPolicies?: readonly Named[];
}

const { runSimulation } = createRequire(__filename)("@cloud-copilot/iam-simulate") as Simulator;

const USER = `arn:aws:iam::${ACCOUNT}:user/ann`;
const CALLERS: readonly { readonly ours: Principal; readonly theirs: string }[] = [
  { ours: { kind: "role", arn: ROLE, session: "run" }, theirs: `arn:aws:sts::${ACCOUNT}:assumed-role/app/run` },
  { ours: { kind: "user", arn: USER }, theirs: USER },
  {
    ours: { kind: "role", arn: `arn:aws:iam::${OTHER}:role/far`, session: "run" },
    theirs: `arn:aws:sts::${OTHER}:assumed-role/far/run`,
  },
  { ours: { kind: "service", names: ["s3.amazonaws.com"] }, theirs: "s3.amazonaws.com" },
];

const ACTIONS = ["s3:GetObject", "s3:PutObject", "sqs:SendMessage", "kms:Decrypt", "kms:GenerateDataKey"];
const RESOURCES: Readonly<Record<string, readonly string[]>> = {
  s3: ["arn:aws:s3:::lake/gold/a", "arn:aws:s3:::lake/silver/b", "arn:aws:s3:::logs/x"],
  sqs: [QUEUE, QUEUE.replace("jobs", "dead")],
  kms: [KEY, KEY.replace("eu-west-1", "us-east-1")],
};

const action = fc.constantFrom(
  "*",
  "s3:*",
  "s3:Get*",
  "s3:?etObject",
  "S3:GETOBJECT",
  "kms:*",
  "kms:Dec*",
  "sqs:SendMessage",
  ...ACTIONS,
);
const resource = fc.constantFrom(
  "*",
  "arn:aws:s3:::lake/*",
  "arn:aws:s3:::lake/gold/*",
  "arn:aws:s3:::l*/?",
  "arn:aws:s3:::lake/${aws:PrincipalTag/team}/*",
  "arn:aws:s3:::lake/${aws:PrincipalTag/team, 'silver'}/*",
  QUEUE,
  "arn:aws:sqs:*:111122223333:*",
  KEY,
  "arn:aws:kms:eu-west-1:111122223333:key/*",
);
const principal = fc.constantFrom<Statement["Principal"][]>(
  "*",
  { AWS: "*" },
  { AWS: ROLE },
  { AWS: USER },
  { AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/app/run` },
  { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  { AWS: `arn:aws:iam::${OTHER}:root` },
  { AWS: [OTHER, USER] },
  { Service: "s3.amazonaws.com" },
  { Service: ["sns.amazonaws.com", "logs.amazonaws.com"] },
);

const TEXTS = ["gold", "silver", "GOLD", "s3.eu-west-1.amazonaws.com"];
const ARNS = ["arn:aws:s3:::lake", "arn:aws:s3:::logs", "arn:aws:sns:eu-west-1:111122223333:t"];
const several = <T>(from: readonly T[], max = 2): fc.Arbitrary<T[]> =>
  fc.subarray([...from], { minLength: 1, maxLength: max });
const ifExists = (operators: readonly string[]): readonly string[] => [
  ...operators,
  ...operators.map((operator) => `${operator}IfExists`),
];
const condition = fc.oneof(
  fc.record({
    operator: fc.constantFrom(
      ...ifExists([
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
      ]),
    ),
    key: fc.constantFrom("aws:PrincipalTag/team", "aws:SourceVpce"),
    values: several([...TEXTS, "*", "g*", "s3.*", "?ilver", "${aws:PrincipalTag/team}", "${aws:SourceVpce, 'gold'}x"]),
  }),
  fc.record({
    operator: fc.constantFrom(...ifExists(["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"])),
    key: fc.constant("aws:SourceArn"),
    values: several([...ARNS, "arn:aws:s3:::l*", "arn:aws:sns:*:111122223333:?"]),
  }),
  fc.record({
    operator: fc.constantFrom(
      ...["StringEquals", "StringLike", "StringNotEquals"].flatMap((one) => [
        `ForAllValues:${one}`,
        `ForAnyValue:${one}`,
      ]),
    ),
    key: fc.constant("aws:TagKeys"),
    values: several(["a", "b", "c"]),
  }),
  fc.record({
    operator: fc.constantFrom(...ifExists(["NumericLessThan", "NumericGreaterThanEquals", "NumericEquals"])),
    key: fc.constant("aws:MultiFactorAuthAge"),
    values: several(["20", "30"]),
  }),
  fc.record({
    operator: fc.constantFrom("Bool", "BoolIfExists"),
    key: fc.constant("aws:ViaAWSService"),
    values: several(["true", "false"], 1),
  }),
  fc.record({
    operator: fc.constant("Null"),
    key: fc.constantFrom("aws:SourceArn", "aws:SourceVpce"),
    values: several(["true", "false"], 1),
  }),
  fc.record({
    operator: fc.constantFrom("IpAddress", "NotIpAddress"),
    key: fc.constant("aws:VpcSourceIp"),
    values: several(["10.0.0.0/8", "10.1.2.3/32"]),
  }),
);

const context = fc.record(
  {
    "aws:PrincipalTag/team": fc.constantFrom(...TEXTS),
    "aws:SourceVpce": fc.constantFrom(...TEXTS),
    "aws:SourceArn": fc.constantFrom(...ARNS),
    "aws:TagKeys": fc.subarray(["a", "b", "c"]),
    "aws:MultiFactorAuthAge": fc.constantFrom("10", "20", "30"),
    "aws:ViaAWSService": fc.constantFrom("true", "false"),
    "aws:VpcSourceIp": fc.constantFrom("10.1.2.3", "10.9.9.9", "192.0.2.1"),
  },
  { requiredKeys: [] },
);

/** Nor what a negated operator means with such a variable. */
function compared(operator: string, values: readonly string[]): readonly string[] {
  const without = values.filter((value) => !operator.includes("Not") || !/\$\{[^,]*\}/.test(value));
  return without.length > 0 ? without : ["gold"];
}

function statement(withPrincipal: boolean): fc.Arbitrary<Statement> {
  return fc
    .record({
      Effect: fc.constantFrom("Allow", "Allow", "Allow", "Allow", "Allow", "Deny"),
      actions: fc.tuple(
        fc.constantFrom("Action", "Action", "Action", "NotAction"),
        several([...ACTIONS, "s3:*", "kms:*", "sqs:*"]),
      ),
      action,
      resources: fc.tuple(fc.constantFrom("Resource", "Resource", "Resource", "NotResource"), resource),
      principal,
      conditions: fc.oneof(
        { weight: 3, arbitrary: fc.array(condition, { maxLength: 0 }) },
        { weight: 2, arbitrary: fc.array(condition, { maxLength: 2 }) },
      ),
    })
    .map(
      ({
        Effect,
        actions: [actionElement, actions],
        action: one,
        resources: [resourceElement, where],
        principal: who,
        conditions,
      }) => ({
        Effect,
        [actionElement]: [...actions, one],
        // AWS does not say what NotResource means with a variable that has no value, and the two differ.
        [where.includes("$") ? "Resource" : resourceElement]: where,
        ...(withPrincipal ? { Principal: who } : {}),
        ...(conditions.length === 0
          ? {}
          : {
              Condition: Object.fromEntries(
                conditions.map(({ operator, key, values }) => [operator, { [key]: compared(operator, values) }]),
              ),
            }),
      }),
    );
}

const documents = (withPrincipal: boolean): fc.Arbitrary<Statement[]> =>
  fc.array(statement(withPrincipal), { minLength: 1, maxLength: 3 });
/** A layer, once in so many questions. */
const once = <T>(every: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: every - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Resource control policies deny only, and anybody: AWS allows all else by a policy that it attaches itself. */
const denials = documents(true).map((statements) =>
  statements.flatMap((one) => (one["Effect"] === "Deny" && "Action" in one ? [{ ...one, Principal: "*" }] : [])),
);

const question = fc
  .record({
    caller: fc.constantFrom(...CALLERS),
    action: fc.constantFrom(...ACTIONS),
    which: fc.nat(2),
    context,
    identity: fc.option(documents(false), { nil: undefined, freq: 5 }),
    resource: fc.option(documents(true), { nil: undefined, freq: 2 }),
    boundary: once(4, documents(false)),
    scps: once(5, fc.array(documents(false), { minLength: 1, maxLength: 2 })),
    endpoint: once(5, documents(true)),
    rcps: once(5, fc.array(denials, { minLength: 1, maxLength: 2 })),
  })
  .map(({ caller, action: asked, which, context: keys, ...policies }) => {
    const places = RESOURCES[asked.split(":")[0] ?? ""] ?? [];
    // A service has no identity policies and no boundary, and no service control policy concerns it.
    const own = caller.ours.kind === "service" ? { identity: undefined, boundary: undefined, scps: undefined } : {};
    return {
      caller,
      action: asked,
      resource: places[which % places.length] ?? "",
      context: keys,
      policies: { ...policies, ...own },
    };
  });

type Question = typeof question extends fc.Arbitrary<infer T> ? T : never;

function ours({ caller, action: asked, resource: where, context: keys, policies }: Question): Verdict["kind"] {
  const rcps = policies.rcps?.map((level) => [allow("*", "*", to("*")), ...level]);
  const given = Object.fromEntries(
    Object.entries({ ...policies, rcps }).filter(([, value]) => value !== undefined),
  ) as Policies;
  return evaluate(
    { principal: caller.ours, action: asked, resource: where, account: ACCOUNT, context: keys },
    layersOf(given),
  ).kind;
}

const PLAIN: Readonly<Record<string, Verdict["kind"]>> = {
  Allowed: "allowed",
  ExplicitlyDenied: "denied",
  ImplicitlyDenied: "missing",
};

/** Undefined when it refuses one of the policies. */
async function theirs(asking: Question): Promise<Verdict["kind"] | undefined> {
  const { caller, action: asked, resource: where, context: keys, policies } = asking;
  const { identity, resource: own, boundary, scps, rcps, endpoint } = policies;
  const document = (name: string, statements: readonly Statement[]) => ({ name, policy: documentOf(statements) });
  const simulation: Simulation = {
    request: {
      principal: caller.theirs,
      action: asked,
      resource: { resource: where, accountId: ACCOUNT },
      contextVariables: keys,
    },
    identityPolicies: identity === undefined ? [] : [document("identity", identity)],
    serviceControlPolicies: (scps ?? []).map((level, index) => ({
      orgIdentifier: `level-${index}`,
      policies: [document("scp", level)],
    })),
    resourceControlPolicies: (rcps ?? [])
      .filter((level) => level.length > 0)
      .map((level, index) => ({ orgIdentifier: `level-${index}`, policies: [document("rcp", level)] })),
    ...(own === undefined ? {} : { resourcePolicy: documentOf(own) }),
    ...(boundary === undefined ? {} : { permissionBoundaryPolicies: [document("boundary", boundary)] }),
    ...(endpoint === undefined ? {} : { vpcEndpointPolicies: [document("endpoint", endpoint)] }),
  };
  const result = await runSimulation(simulation, {});
  return result.resultType === "error" ? undefined : PLAIN[result.overallResult];
}

describe("the evaluator beside another", () => {
  it("gives the same answer for generated policies and requests", async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(question, async (asked) => {
        const other = await theirs(asked);
        fc.pre(other !== undefined);
        seen.set(other, (seen.get(other) ?? 0) + 1);
        assert.equal(ours(asked), other);
      }),
      { numRuns: Number(process.env["ACCESS_RUNS"] ?? 2000), maxSkipsPerRun: 10 },
    );
    for (const kind of ["allowed", "denied", "missing"]) {
      assert.ok((seen.get(kind) ?? 0) > 100, JSON.stringify([...seen]));
    }
  });
});
