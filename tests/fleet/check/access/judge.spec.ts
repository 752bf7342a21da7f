import assert from "node:assert/strict";
import {
  accessFindings,
  identifiedGraph,
  questionsOf,
  answersOf,
  placeOf,
  World,
} from "../../../../fleet/check/access";
import { buildFleetGraph, at, text, UNKNOWN } from "../../../../fleet/graph";
import type { FleetGraph, GraphNode, Properties, Value } from "../../../../fleet/graph";
import type { Finding } from "../../../../fleet/check";
import { findTopology, loadTopology } from "../../../../regions/topology/load";

const topology = loadTopology(findTopology("dev"));
const REGION = topology.home;
const STACK = `dev.${REGION}`;

type Document = { Statement: Record<string, Value>[] };

describe("the judge of access", function () {
  let graph: FleetGraph;
  let known: ReadonlySet<string>;
  before(async () => {
    graph = await identifiedGraph(topology);
    known = new Set(accessFindings(graph, topology).map(({ message }) => message));
  });

  /** What is found in a changed fleet, and was not before. */
  function newly(changed: FleetGraph): readonly Finding[] {
    return accessFindings(changed, topology).filter(({ message }) => !known.has(message));
  }

  /** The home region's stack with the inputs of one resource changed. */
  function having(type: string, name: string, change: (inputs: Properties) => Properties): FleetGraph {
    let done = 0;
    const changed = graph.map((node) => {
      if (node.stack !== STACK || node.type !== type || node.name !== name) return node;
      done += 1;
      return { ...node, inputs: change(node.inputs) };
    });
    assert.equal(done, 1, `${type} ${name}`);
    return changed;
  }

  /** The same, with a policy document changed by statement; a statement that becomes undefined goes. */
  function rewriting(
    type: string,
    name: string,
    property: string,
    change: (statement: Record<string, Value>) => Record<string, Value> | undefined,
  ): FleetGraph {
    return having(type, name, (inputs) => {
      const document = JSON.parse(inputs[property] as string) as Document;
      const Statement = document.Statement.flatMap((one) => {
        const kept = change(one);
        return kept === undefined ? [] : [kept];
      });
      return { ...inputs, [property]: JSON.stringify({ ...document, Statement }) };
    });
  }

  /** The rows that a change breaks, and where the findings say that it is to be mended. */
  function broken(changed: FleetGraph): { readonly rows: readonly string[]; readonly at: readonly string[] } {
    const found = newly(changed);
    return {
      rows: [...new Set(found.map(({ rule }) => rule))].sort(),
      at: [...new Set(found.map(({ urn }) => urn.split("::").slice(2).join("::").split("$").at(-1) ?? ""))].sort(),
    };
  }

  const without = (matches: (principal: string) => boolean) => (one: Record<string, Value>) => {
    const principal = at(one["Principal"], "AWS");
    return typeof principal === "string" && matches(principal) ? undefined : one;
  };
  const withoutService = (service: string) => (one: Record<string, Value>) =>
    at(one["Principal"], "Service") === service ? undefined : one;

  it("sees the same resources as other judges do, and every policy in the clear", async () => {
    const plain = await buildFleetGraph(topology);
    assert.deepEqual(graph.nodes.map(({ urn }) => urn).sort(), plain.nodes.map(({ urn }) => urn).sort());
    const hidden = graph.nodes.filter(({ inputs }) =>
      ["policy", "assumeRolePolicy", "accessPolicies", "policyDocument"].some(
        (property) => inputs[property] === UNKNOWN,
      ),
    );
    assert.deepEqual(
      hidden.map(({ urn }) => urn),
      [],
    );
  });

  it("asks at least 1,000 questions of at least 80 rows, and can answer all but a few", () => {
    const world = new World(graph, placeOf(topology));
    const answers = [...answersOf(world, questionsOf(world))];
    assert.ok(answers.length >= 1000, String(answers.length));
    assert.ok(new Set(answers.map(({ question }) => question.row.id)).size >= 80);
    assert.ok(answers.filter(({ verdict }) => verdict.kind === "unjudged").length < 20);
    assert.ok(answers.filter(({ verdict }) => verdict.kind === "allowed").length > answers.length * 0.8);
  });

  it("finds a statement that a role lacks, and names its policy", () => {
    const { rows, at: where } = broken(
      rewriting("aws:iam/rolePolicy:RolePolicy", "ingest-curated", "policy", (one) =>
        JSON.stringify(one["Action"]).includes("s3:PutObject") ? undefined : one,
      ),
    );
    assert.deepEqual(rows, ["firehose-backup", "firehose-bucket"]);
    assert.deepEqual(where, ["aws:iam/rolePolicy:RolePolicy::ingest-curated"]);
  });

  it("finds a policy that is not attached", () => {
    const detached = graph.map((node) =>
      node.stack === STACK && node.type === "aws:iam/rolePolicy:RolePolicy" && node.name === "ingest-raw"
        ? undefined
        : node,
    );
    const { rows, at: where } = broken(detached);
    assert.ok(rows.includes("firehose-source") && rows.includes("firehose-log"), rows.join());
    assert.deepEqual(where, ["aws:iam/role:Role::ingest-raw"]);
  });

  it("finds a queue that does not admit the service that sends to it", () => {
    const { rows, at: where } = broken(
      rewriting("aws:sqs/queuePolicy:QueuePolicy", "intake", "policy", withoutService("s3.amazonaws.com")),
    );
    assert.deepEqual(rows, ["s3-notify-queue"]);
    assert.deepEqual(where, ["aws:sqs/queuePolicy:QueuePolicy::intake"]);
  });

  it("finds a queue that admits the service for another bucket", () => {
    const { rows } = broken(
      rewriting("aws:sqs/queuePolicy:QueuePolicy", "intake", "policy", (one) =>
        at(one["Principal"], "Service") === "s3.amazonaws.com"
          ? { ...one, Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:s3:::other" } } }
          : one,
      ),
    );
    assert.deepEqual(rows, ["s3-notify-queue"]);
  });

  it("finds a key that does not admit a service, and one that no longer enables IAM", () => {
    const key = "aws:kms/key:Key";
    const services =
      graph
        .stack(STACK)
        ?.of(key)
        .filter(({ inputs }) => text(inputs, "policy")?.includes('"s3.amazonaws.com"')) ?? [];
    const [admits] = services;
    assert.ok(admits !== undefined);
    const closed = broken(rewriting(key, admits.name, "policy", withoutService("s3.amazonaws.com")));
    assert.deepEqual(closed.rows, ["s3-notify-queue-key"]);
    assert.deepEqual(closed.at, [`aws:kms/key:Key::${admits.name}`]);
    const alone = broken(
      rewriting(
        key,
        "keys-behaviour",
        "policy",
        without((principal) => principal.endsWith(":root")),
      ),
    );
    assert.ok(alone.rows.length >= 4 && alone.rows.includes("firehose-bucket-key"), alone.rows.join());
    assert.ok(alone.at.includes("aws:kms/key:Key::keys-behaviour"));
  });

  it("finds a key that volumes need and Auto Scaling may not use", () => {
    const { rows } = broken(
      rewriting(
        "aws:kms/key:Key",
        "keys-behaviour",
        "policy",
        without((principal) => principal.includes("/AWSServiceRoleForAutoScaling")),
      ),
    );
    assert.ok(rows.includes("autoscaling-volume-key") || rows.includes("eks-node-volume-key"), rows.join());
  });

  it("finds a topic, a bucket and log groups that do not admit their writers", () => {
    assert.deepEqual(
      broken(
        rewriting("aws:sns/topicPolicy:TopicPolicy", "alarms", "policy", withoutService("cloudwatch.amazonaws.com")),
      ).rows,
      ["cloudwatch-alarm-topic"],
    );
    assert.deepEqual(
      broken(
        rewriting(
          "aws:s3/bucketPolicy:BucketPolicy",
          "lake-logs",
          "policy",
          withoutService("logging.s3.amazonaws.com"),
        ),
      ).rows,
      ["s3-access-log"],
    );
    assert.deepEqual(
      broken(
        rewriting("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "search", "policyDocument", () => undefined),
      ).rows,
      ["opensearch-log-group"],
    );
  });

  it("finds a role that its service cannot assume", () => {
    const trusting = (name: string, service: string) =>
      broken(
        rewriting("aws:iam/role:Role", name, "assumeRolePolicy", (one) => ({
          ...one,
          Principal: { Service: service },
        })),
      );
    assert.deepEqual(trusting("etl-service", "ec2.amazonaws.com").rows, ["emr-service-role"]);
    assert.deepEqual(trusting("api-pod", "ec2.amazonaws.com").rows, ["eks-pod-role"]);
    assert.deepEqual(trusting("ingest-curated", "lambda.amazonaws.com").at, ["aws:iam/role:Role::ingest-curated"]);
  });

  it("finds a role whose boundary, or whose VPC's endpoint, is closed", () => {
    const nothing = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sqs:*", Resource: "*", Principal: "*" }],
    });
    const boundary: GraphNode = {
      ...(graph.stack(STACK)?.nodes.find(({ type }) => type === "aws:iam/role:Role") as GraphNode),
      type: "aws:iam/policy:Policy",
      name: "boundary",
      urn: `urn:pulumi:${STACK}::meridian::aws:iam/policy:Policy::boundary`,
      inputs: { name: "boundary", policy: nothing },
    };
    const limited = graph.map((node) =>
      node.stack === STACK && node.type === "aws:iam/role:Role" && node.name === "ingest-curated"
        ? {
            ...node,
            inputs: { ...node.inputs, permissionsBoundary: `arn:aws:iam::${topology.account}:policy/boundary` },
          }
        : node.stack === STACK && node.type === "aws:iam/instanceProfile:InstanceProfile" && node.name === "intake"
          ? boundary
          : node,
    );
    assert.ok(
      newly(limited).some(({ rule, message }) => rule === "firehose-bucket" && /permissions boundary/.test(message)),
    );
    const { rows } = broken(
      having("aws:ec2/vpcEndpoint:VpcEndpoint", "network-s3", (inputs) => ({ ...inputs, policy: nothing })),
    );
    assert.ok(rows.includes("emr-bootstrap-object"), rows.join());
  });

  it("finds what an explicit deny takes away, and says by which statement", () => {
    const found = newly(
      rewriting("aws:sns/topicPolicy:TopicPolicy", "alarms", "policy", (one) =>
        one["Effect"] === "Deny"
          ? { ...one, Sid: "Closed", Condition: { Bool: { "aws:SecureTransport": "true" } } }
          : one,
      ),
    );
    assert.ok(found.length > 0);
    assert.ok(found.every(({ message }) => message.includes("denied by Closed in policy of topicPolicy alarms")));
  });

  it("warns where only AWS can judge", () => {
    const found = newly(
      having("aws:iam/rolePolicy:RolePolicy", "ingest-raw", (inputs) => ({ ...inputs, policy: UNKNOWN })),
    );
    assert.ok(found.length > 0);
    assert.ok(found.every(({ level }) => level === "advisory"));
  });

  it("says nothing about statements that nobody asks for, and about other accounts", () => {
    const more = rewriting("aws:sqs/queuePolicy:QueuePolicy", "intake", "policy", (one) => one);
    assert.deepEqual(newly(more), []);
    const wider = rewriting("aws:iam/rolePolicy:RolePolicy", "ingest-curated", "policy", (one) => ({
      ...one,
      Resource: "*",
    }));
    assert.deepEqual(newly(wider), []);
  });

  it("knows a key by its alias", () => {
    const byAlias = (alias: string): FleetGraph =>
      rewriting("aws:iam/rolePolicy:RolePolicy", "ingest-curated", "policy", (one) =>
        JSON.stringify(one["Action"]).includes("kms:")
          ? {
              ...one,
              Resource: "*",
              Condition: { "ForAnyValue:StringLike": { "kms:ResourceAliases": alias } },
            }
          : one,
      );
    assert.deepEqual(newly(byAlias(`alias/${topology.prefix}-dev-${REGION}-*`)), []);
    assert.ok(newly(byAlias("alias/other")).some(({ rule }) => rule === "firehose-bucket-key"));
  });

  it("says nothing when a grant takes the place of a statement", () => {
    const closed = rewriting("aws:iam/rolePolicy:RolePolicy", "ingest-curated", "policy", (one) =>
      JSON.stringify(one["Action"]).includes("kms:") ? undefined : one,
    );
    const found = newly(closed);
    assert.ok(found.some(({ rule }) => rule === "firehose-bucket-key"));
    const keys = graph.stack(STACK)?.of("aws:kms/key:Key") ?? [];
    const [first] = keys;
    assert.ok(first !== undefined);
    const grants = keys.map((key): GraphNode => ({
      ...first,
      type: "aws:kms/grant:Grant",
      name: `grant-${key.name}`,
      urn: `urn:pulumi:${STACK}::meridian::aws:kms/grant:Grant::${key.name}`,
      inputs: {
        keyId: new World(graph, placeOf(topology)).arn(key),
        operations: ["Decrypt", "Encrypt", "GenerateDataKey"],
      },
    }));
    const role = graph
      .stack(STACK)
      ?.of("aws:iam/role:Role")
      .find(({ name }) => name === "ingest-curated");
    const named = grants.map((grant) => ({
      ...grant,
      inputs: {
        ...grant.inputs,
        granteePrincipal: `arn:aws:iam::${topology.account}:role/${text(role?.inputs, "name") ?? ""}`,
      },
    }));
    const spare = graph.stack(STACK)?.of("aws:cloudwatch/metricAlarm:MetricAlarm").slice(0, named.length) ?? [];
    const granted = closed.map((node) => {
      const index = spare.findIndex(({ urn }) => urn === node.urn);
      return index === -1 ? node : named[index];
    });
    assert.ok(
      newly(granted).every(({ rule }) => !rule.endsWith("-key")),
      newly(granted)
        .map(({ message }) => message)
        .join("\n"),
    );
  });
});
