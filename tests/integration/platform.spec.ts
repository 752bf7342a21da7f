import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DescribeStreamSummaryCommand, KinesisClient } from "@aws-sdk/client-kinesis";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { WHOLE_VOLUME } from "../kit/volume";
import { openEnvironment } from "../../cli/kit/environment";
import { planFleet } from "../../fleet/drive";
import type { StackResult } from "../../fleet/drive";
import { waitUntil } from "../../local/datapath/wait";
import { checkoutRoot } from "../../local/toolchain";
import { formatStackName } from "../../regions/names";

const ROOT = checkoutRoot(__dirname);
const BIN = join(ROOT, "bin", "meridian");

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface FleetDocument {
  readonly succeeded: boolean;
  readonly stacks: readonly Pick<StackResult, "stack" | "counts" | "kept" | "succeeded" | "errors" | "violations">[];
}

/** Lines that a failure shows of a command's output when no error is named in it. */
const LAST_LINES = 10;

/** What a failed command says of the failure, and no progress: a log that is cut short must still tell the cause. */
function whatFailed(stdout: string, stderr: string): string {
  const { stacks = [], error } = documentOf(stdout);
  const lines = stacks.flatMap(({ stack, errors, violations }) => [
    ...errors.map((line) => `${stack}: ${line}`),
    ...violations.map(({ level, policy, resource }) => `${stack}: [${level}] ${policy} (${resource})`),
  ]);
  if (error !== undefined) lines.push(error);
  if (lines.length > 0) return lines.join("\n");
  return [stderr, stdout].flatMap((text) => text.trim().split("\n").slice(-LAST_LINES)).join("\n");
}

function documentOf(text: string): Partial<FleetDocument> & { readonly error?: string } {
  try {
    return JSON.parse(text) as FleetDocument;
  } catch {
    return {};
  }
}

/** The platform as an operator has it: the real command line, engine, policy pack, provider and emulator, in a home of its own. */
class Operator {
  readonly home = mkdtempSync(join(tmpdir(), "meridian-platform-"));
  private readonly env = { ...process.env, MERIDIAN_HOME: this.home, CI: "true" };

  run(...args: readonly string[]): Finished {
    const { status, stdout, stderr } = spawnSync(BIN, args, {
      env: this.env,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    return { code: status, stdout, stderr };
  }

  // The caller names the document's shape: what is read of it is asserted.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  json<T>(...args: readonly string[]): T {
    const { code, stdout, stderr } = this.run(...args, "--json");
    if (code !== 0) assert.fail(`meridian ${args.join(" ")}: exit code ${code}\n${whatFailed(stdout, stderr)}`);
    return JSON.parse(stdout) as T;
  }

  /** Starts a command and kills it without warning once it has said something. */
  async killWhen(said: RegExp, ...args: readonly string[]): Promise<void> {
    const child = spawn(BIN, args, { env: this.env, stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    await new Promise<void>((resolve, reject) => {
      child.stderr.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (said.test(text)) child.kill("SIGKILL");
      });
      child.once("error", reject);
      child.once("close", (_code, signal) => {
        if (signal === "SIGKILL") resolve();
        else reject(new Error(`it ended before it could be killed:\n${text}`));
      });
    });
  }

  end(): void {
    this.run("down");
    rmSync(this.home, { recursive: true, force: true });
  }
}

function changes({ stacks }: FleetDocument): readonly string[] {
  return stacks
    .filter(({ counts }) => counts.create + counts.update + counts.replace + counts.delete > 0)
    .map(({ stack, counts }) => `${stack} ${JSON.stringify(counts)}`);
}

describe("the platform on the local cloud", () => {
  const operator = new Operator();
  after(() => {
    operator.end();
  });

  it("comes up although the first try was killed halfway, with nothing doubled", async () => {
    await operator.killWhen(/us-east-1: 100 resources done/, "up", "local", "--skip-preview");
    const up = operator.json<FleetDocument>("up", "local", "--skip-preview");
    assert.deepEqual(
      up.stacks.map(({ stack }) => stack),
      ["local.foundation", "local.us-east-1", "local.us-west-2", "local.mesh"],
    );
    assert.ok(up.succeeded);
  });

  it("has nothing to change right after", () => {
    assert.deepEqual(changes(operator.json<FleetDocument>("plan", "local")), []);
  });

  it("is seen by any AWS SDK in both regions", async () => {
    const { variables } = operator.json<{ variables: Record<string, string> }>("env", "local");
    const outputs = operator.json<Record<string, Record<string, string>>>("outputs", "local");
    for (const region of ["us-east-1", "us-west-2"]) {
      const settings = {
        region,
        endpoint: variables["AWS_ENDPOINT_URL"] ?? "",
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      };
      const found = outputs[`local.${region}`] ?? {};
      const StreamName = found["stream"] ?? "";
      const stream = await new KinesisClient(settings).send(new DescribeStreamSummaryCommand({ StreamName }));
      assert.equal(stream.StreamDescriptionSummary?.StreamName, `meridian-local-${region}-events`);
      const FunctionName = found["transformFunction"] ?? "";
      const fn = await new LambdaClient(settings).send(new GetFunctionCommand({ FunctionName }));
      assert.equal(fn.Configuration?.FunctionName, `meridian-local-${region}-transform`);
      const Bucket = `meridian-local-${region}-bronze-000000000000`;
      await new S3Client({ ...settings, forcePathStyle: true }).send(new HeadBucketCommand({ Bucket }));
      const TableName = "meridian-local-us-recommendations";
      const table = await new DynamoDBClient(settings).send(new DescribeTableCommand({ TableName }));
      assert.equal(table.Table?.TableStatus, "ACTIVE");
    }
  });

  it("accounts for every event", () => {
    const ledger = operator.json<{ balanced: boolean; total: { generated: number; verified: number } }>(
      "events",
      "generate",
      "--count",
      "50000",
    );
    assert.ok(ledger.balanced);
    assert.equal(ledger.total.generated, 50_000);
    assert.ok(ledger.total.verified > 45_000);
  });

  it("replays a user's own file, and keeps what it had to refuse", () => {
    const file = join(operator.home, "events.ndjson");
    const event = {
      eventId: "5f0c1e9a-7b7e-4c7c-9a53-1f2f6f5d0a01",
      schemaVersion: 1,
      eventType: "view",
      occurredAt: "2026-01-30T12:00:00Z",
      userId: "somebody",
      itemId: "i1",
      consent: { analytics: true, personalisation: true },
    };
    writeFileSync(file, `${JSON.stringify(event)}\n{"eventType":"view"}\n`);
    const ledger = operator.json<{ balanced: boolean; run: { generated: number; refused: number } }>(
      "events",
      "replay",
      file,
    );
    assert.deepEqual([ledger.balanced, ledger.run.generated, ledger.run.refused], [true, 2, 1]);
  });

  it("trains a model that beats popularity and recommends the same in both regions", () => {
    const daily = operator.json<{ zones: readonly { outcome: string; scores: Partial<Record<string, number>> }[] }>(
      "daily",
      "local",
    );
    const [zone] = daily.zones;
    assert.ok(zone);
    assert.equal(zone.outcome, "published");
    assert.ok((zone.scores["recall@10"] ?? 0) > (zone.scores["popular_recall@10"] ?? 1), JSON.stringify(zone.scores));
    const answers = operator.json<[{ source: string; items: readonly object[] }, { items: readonly object[] }]>(
      "recommend",
      "u1",
      "--all-regions",
    );
    assert.equal(answers.length, 2);
    assert.equal(answers[0].source, "table");
    assert.ok(answers[0].items.length > 0);
    assert.deepEqual(answers[0].items, answers[1].items);
  });

  it("has online features that agree with gold in every region", () => {
    type Reports = readonly {
      passed: boolean;
      compared: number;
      features: readonly { name: string; rate: number }[];
    }[];
    const agreed = operator.json<Reports>("features", "check", "local");
    assert.equal(agreed.length, 2);
    assert.ok(
      agreed.every(({ passed, compared }) => passed && compared > 0),
      JSON.stringify(agreed),
    );
  });

  it("serves the same lists by each region's API, which runs until it is told to stop", async () => {
    const { apis } = operator.json<{
      apis: { region: string; url: string; startedNow: boolean; exposures: string }[];
    }>("serve", "local");
    assert.deepEqual(
      apis.map(({ region, startedNow }) => [region, startedNow]),
      [
        ["us-east-1", true],
        ["us-west-2", true],
      ],
    );
    const ask = async ({ url }: { url: string }) => {
      const answer = await fetch(`${url}/v1/users/u1/recommendations?consent=all`);
      return (await answer.json()) as { source: string; fallback: string; items: readonly object[] };
    };
    // On a loaded machine the first look-ups come too late for their deadline.
    for (const api of apis) {
      const isHeard = async (): Promise<boolean> => (await ask(api)).fallback === "none";
      await waitUntil(isHeard, { what: `a list of ${api.region}`, timeoutMs: 20_000 });
    }
    const lists = await Promise.all(apis.map(ask));
    assert.deepEqual(
      lists.map(({ source, fallback }) => [source, fallback]),
      [
        ["cache", "none"],
        ["cache", "none"],
      ],
    );
    assert.ok((lists[0]?.items.length ?? 0) > 0);
    assert.deepEqual(lists[1]?.items, lists[0]?.items);
    const again = operator.json<{ apis: typeof apis }>("serve", "local").apis;
    assert.deepEqual(
      again.map(({ url, startedNow }) => [url, startedNow]),
      apis.map(({ url }) => [url, false]),
    );
    // What was shown to somebody who agreed takes the way of all events.
    for (const { exposures } of apis) {
      await waitUntil(() => Promise.resolve(existsSync(exposures)), { what: exposures, timeoutMs: 10_000 });
      const { balanced, run } = operator.json<{ balanced: boolean; run: { generated: number; refused: number } }>(
        "events",
        "replay",
        exposures,
      );
      assert.ok(balanced && run.generated >= 2 && run.refused === 0, JSON.stringify(run));
    }
  });

  it("answers an analyst by all three engines alike", () => {
    const rows = ["athena", "redshift", "duckdb"].map(
      (engine) => operator.json<{ rows: readonly object[] }>("query", "top_items", "--engine", engine).rows,
    );
    assert.ok((rows[0]?.length ?? 0) > 0);
    assert.deepEqual(rows[1], rows[0]);
    assert.deepEqual(rows[2], rows[0]);
  });

  if (WHOLE_VOLUME) {
    // What is destroyed without the keys must be made again before it can go with them; regions.spec.ts destroys stores alone.
    it("leaves only protected data behind when destroyed", () => {
      const first = operator.json<FleetDocument>("destroy", "local", "--yes");
      const data = first.stacks.flatMap(({ kept }) => kept).filter((resource) => resource.protected);
      const types = new Set(data.map(({ type }) => type));
      assert.ok(types.has("aws:s3/bucket:Bucket") && types.has("aws:dynamodb/table:Table"));
      assert.ok(![...types].some((type) => type.startsWith("aws:lambda/") || type.startsWith("aws:sfn/")));
    });
  }

  it("leaves nothing behind when destroyed with both keys turned", () => {
    const second = operator.json<FleetDocument>("destroy", "local", "--yes", "--delete-data");
    assert.deepEqual(
      second.stacks.flatMap(({ kept }) => kept),
      [],
    );
  });

  it("leaves no process behind", () => {
    const { stopped } = operator.json<{ stopped: readonly string[] }>("down");
    assert.deepEqual([...stopped].sort(), ["api-local-us-east-1", "api-local-us-west-2", "emulator"]);
  });
});

describe("production, previewed offline", () => {
  const REGION = "prod.eu-west-1";

  /** Previews one production region with its resources changed on their way to the engine. */
  async function previewWith(change?: (args: pulumi.ResourceTransformationArgs) => void): Promise<StackResult> {
    const { topology, fleet } = await openEnvironment("prod", { offline: true });
    const program = (stack: Parameters<typeof fleet.program>[0]): PulumiFn => {
      if (formatStackName(stack) !== REGION) return () => Promise.resolve({});
      return () => {
        if (change !== undefined) {
          pulumi.runtime.registerStackTransformation((args) => {
            change(args);
            return { props: args.props, opts: args.opts };
          });
        }
        return fleet.program(stack)();
      };
    };
    const results = await planFleet(topology, { settings: fleet.settings, program });
    const result = results.find(({ stack }) => stack === REGION);
    assert.ok(result);
    return result;
  }

  const mandatory = ({ violations }: StackResult): readonly string[] => [
    ...new Set(violations.filter(({ level }) => level === "mandatory").map(({ policy }) => policy)),
  ];

  it("lists at least 100 resources and breaks no mandatory rule", async () => {
    const result = await previewWith();
    assert.deepEqual([result.succeeded, result.errors, mandatory(result)], [true, [], []]);
    assert.ok(result.counts.create >= 100, String(result.counts.create));
  });

  const SEEDED = [
    [
      "a bucket made public",
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      "blockPublicPolicy",
      false,
      "s3-block-public-access",
    ],
    ["a stream unencrypted", "aws:kinesis/stream:Stream", "encryptionType", "NONE", "kinesis-encrypted"],
    ["a Redshift made public", "aws:redshift/cluster:Cluster", "publiclyAccessible", true, "redshift-private"],
  ] as const;
  // One preview with all faults; every night one of each.
  for (const seeded of WHOLE_VOLUME ? SEEDED.map((fault) => [fault]) : [SEEDED]) {
    const rules = seeded.map(([, , , , rule]) => rule);
    it(`is stopped by ${rules.join(", ")}, and nothing else, when it has ${seeded.map(([what]) => what).join(", ")}`, async () => {
      const result = await previewWith((args) => {
        for (const [, type, property, value] of seeded) if (args.type === type) args.props[property] = value;
      });
      assert.equal(result.succeeded, false);
      assert.deepEqual([...mandatory(result)].sort(), [...rules].sort());
    });
  }
});
