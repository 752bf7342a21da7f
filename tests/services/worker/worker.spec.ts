import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BatchWriteItemCommand,
  ProvisionedThroughputExceededException,
  type DynamoDBClient,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  TaskTimedOut,
  type SFNClient,
} from "@aws-sdk/client-sfn";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import fc from "fast-check";
import { UnwrittenItemsError } from "../../../services/kit/dynamodb/batch-writer";
import type { ClaimOutcome, Claims } from "../../../services/kit/work/claim";
import { PermanentError, type Job, type JobContext } from "../../../services/kit/work/job";
import { workerOf } from "../../../services/worker/main";
import { BadMessageError, parseWork, type ScoreWork } from "../../../contracts/messages/work";
import type { CheckpointStore } from "../../../services/kit/work/checkpoints";
import { scoreJob } from "../../../services/scorer/score-job";
import { isFirst, rowsOf, shardNames } from "../../../services/kit/work/shards";
import { workOnce, type WorkerOptions } from "../../../services/worker/worker";
import { dailyDefinition } from "../../../components/workflow/daily";
import type { State } from "../../../components/workflow/asl";
import { writeTinyPackage } from "../kit/model/package-builder";
import { SETTINGS } from "../../components/workflow/args";

const MODEL = "0123456789abcdef";
const SCORE = {
  kind: "score",
  runDate: "2026-03-02",
  modelVersion: MODEL,
  shard: "0-of-1",
  taskToken: "token",
} as const;

/** Checkpoints in memory. */
function memoryCheckpoints(): CheckpointStore & { readonly kept: Map<string, unknown> } {
  const kept = new Map<string, unknown>();
  return {
    kept,
    read: (key) => Promise.resolve(kept.get(key)),
    write: (key, value) => {
      kept.set(key, structuredClone(value));
      return Promise.resolve();
    },
  };
}

describe("the worker's messages", () => {
  /** The body that a state sends, its paths filled in from a run. */
  function sent(state: State | undefined, values: Record<string, string>): string {
    assert.ok(state?.Type === "Task");
    const body = state.Parameters["MessageBody"] as Record<string, string>;
    return JSON.stringify(
      Object.fromEntries(
        Object.entries(body).map(([name, value]) =>
          name.endsWith(".$") ? [name.slice(0, -2), values[value] ?? `no ${value}`] : [name, value],
        ),
      ),
    );
  }
  const run = {
    "$.runDate": "2026-03-02",
    "$.modelVersion": MODEL,
    "$.shard": "3-of-12",
    "$$.Task.Token": "token",
  };

  it("are those that the daily workflow sends", () => {
    const { Models: models } = dailyDefinition(SETTINGS).States;
    assert.ok(models?.Type === "Parallel");
    const [champion, challenger] = models.Branches;
    for (const [branch, more] of [
      [champion, { model: "recommendations", algorithm: "als" }],
      [challenger, { model: "recommendations:challenger", algorithm: "item-to-item" }],
    ] as const) {
      const train = branch?.States[branch.StartAt];
      assert.deepEqual(parseWork(sent(train, run)), {
        kind: "train",
        runDate: "2026-03-02",
        taskToken: "token",
        ...more,
      });
    }
    const score = champion?.States["Score champion"];
    assert.ok(score?.Type === "Map");
    const shard = sent(score.ItemProcessor.States[score.ItemProcessor.StartAt], run);
    assert.deepEqual(parseWork(shard), { ...SCORE, shard: "3-of-12" });
  });

  it("train the worker's own algorithm for the control's line where they do not say, as before there were variants", () => {
    const before = JSON.stringify({ kind: "train", runDate: "2026-03-02", taskToken: "token" });
    assert.deepEqual(parseWork(before), { ...JSON.parse(before), model: "recommendations" });
  });

  it("are refused with every wrong field, and with the token to say so by", () => {
    assert.throws(
      () => parseWork(JSON.stringify({ ...SCORE, runDate: "yesterday", shard: "all" })),
      (error) =>
        error instanceof BadMessageError &&
        error.taskToken === "token" &&
        /runDate/.test(error.message) &&
        /shard/.test(error.message),
    );
    for (const body of ["", "{", "[]", JSON.stringify({ kind: "bake", runDate: "2026-03-02" })]) {
      assert.throws(
        () => parseWork(body),
        (error) => error instanceof BadMessageError && error.taskToken === undefined,
      );
    }
  });
});

describe("shards", () => {
  it("hold every user once, in equal parts, none larger than asked", () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.integer({ min: 1, max: 700 }), (users, most) => {
        const shards = shardNames(users, most);
        let next = 0;
        for (const shard of shards) {
          const { from, to } = rowsOf(shard, users);
          assert.equal(from, next);
          assert.ok(to - from <= most && to - from >= Math.floor(users / shards.length));
          next = to;
        }
        assert.equal(next, users);
        assert.equal(shards.filter(isFirst).length, 1);
        assert.deepEqual([...shards].sort(), shards);
      }),
    );
  });

  it("refuse a name that is none", () => {
    for (const name of ["", "1", "2-of-2", "a-of-b", "-1-of-2"]) assert.throws(() => rowsOf(name, 10), RangeError);
  });
});

describe("scoring a shard", () => {
  let folder = "";
  let version = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "score-spec-"));
    version = await writeTinyPackage(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** A table that takes what `accepts` says of each call's requests, and hands the rest back. */
  function table(accepts: (requests: WriteRequest[]) => WriteRequest[]) {
    const rows = new Map<string, Record<string, unknown>>();
    let calls = 0;
    const client = {
      send: (command: unknown) => {
        assert.ok(command instanceof BatchWriteItemCommand);
        calls += 1;
        const requests = command.input.RequestItems?.["lists"] ?? [];
        const taken = accepts(requests);
        for (const { PutRequest } of taken) {
          const row = unmarshall(PutRequest?.Item ?? {});
          rows.set(String(row["user_key"]), row);
        }
        const rest = requests.filter((request) => !taken.includes(request));
        return Promise.resolve(rest.length === 0 ? {} : { UnprocessedItems: { lists: rest } });
      },
    } as unknown as Pick<DynamoDBClient, "send">;
    return { rows, client, calls: () => calls };
  }
  const context = (more: Partial<JobContext> = {}): JobContext => ({
    signal: new AbortController().signal,
    startedAt: "2026-03-02T02:00:00.000Z",
    progress: () => Promise.resolve(),
    onBeat: () => undefined,
    ...more,
  });
  const score = (
    client: Pick<DynamoDBClient, "send">,
    checkpoints: CheckpointStore,
    more: { readonly work?: Partial<ScoreWork>; readonly maxAttempts?: number } = {},
  ) =>
    scoreJob(
      { ...SCORE, modelVersion: version, ...more.work },
      {
        client,
        table: "lists",
        models: { fetch: () => Promise.resolve(folder) },
        checkpoints,
        checkpointUsers: 1,
        write: { sleep: () => Promise.resolve(), maxAttempts: more.maxAttempts ?? 8 },
      },
    );

  it("sends again what a throttled table hands back, until every list is there", async () => {
    let calls = 0;
    const throttled = table((requests) => {
      calls += 1;
      if (calls % 4 === 1) throw new ProvisionedThroughputExceededException({ message: "slower", $metadata: {} });
      return calls % 2 === 0 ? [] : requests;
    });
    const answer = await score(throttled.client, memoryCheckpoints()).run(context());
    assert.deepEqual(answer, { shard: "0-of-1", usersScored: 2 });
    assert.deepEqual([...throttled.rows.keys()].sort(), ["#popular", "ada", "bo"]);
    assert.ok(throttled.calls() > 3, "some of it more than once");
  });

  it("keeps no checkpoint of what the table did not take, and goes on after the last one that it kept", async () => {
    const checkpoints = memoryCheckpoints();
    const full = table((requests) => (requests[0]?.PutRequest?.Item?.["user_key"]?.S === "bo" ? [] : requests));
    await assert.rejects(score(full.client, checkpoints, { maxAttempts: 2 }).run(context()), UnwrittenItemsError);
    assert.deepEqual([...checkpoints.kept.values()], [{ next: 1 }]);
    const open = table((requests) => requests);
    await score(open.client, checkpoints).run(context());
    assert.deepEqual([...open.rows.keys()], ["bo"], "nothing that was there is written again");
  });

  it("writes what belongs to no user in the first shard only, all rows with the run's time", async () => {
    const open = table((requests) => requests);
    await score(open.client, memoryCheckpoints(), { work: { shard: "1-of-2" } }).run(context());
    assert.deepEqual(
      [...open.rows.values()].map(({ user_key, generated_at }) => [user_key, generated_at]),
      [["bo", "2026-03-02T02:00:00.000Z"]],
    );
  });

  it("stops between two checkpoints when it is told to", async () => {
    const stop = new AbortController();
    const checkpoints = memoryCheckpoints();
    const open = table((requests) => requests);
    const stopping = context({
      signal: stop.signal,
      progress: () => {
        stop.abort();
        return Promise.resolve();
      },
    });
    await assert.rejects(score(open.client, checkpoints).run(stopping), { name: "AbortError" });
    assert.deepEqual([...checkpoints.kept.values()], [{ next: 1 }]);
  });
});

describe("the worker", () => {
  interface Setting {
    readonly body?: string;
    readonly receives?: number;
    readonly claim?: ClaimOutcome;
    readonly run?: (context: JobContext) => Promise<object>;
    readonly answered?: object;
    /** What the workflow says to signs of life and answers. @default that it heard */
    readonly workflow?: () => Promise<unknown>;
    readonly heartbeatSeconds?: number;
  }

  /** One message to a worker whose queue and workflow only take note. */
  async function work(setting: Setting, stop = new AbortController()) {
    const noted: unknown[] = [];
    const sqs = {
      send: (command: unknown) => {
        if (command instanceof ReceiveMessageCommand) {
          const Attributes = { ApproximateReceiveCount: String(setting.receives ?? 1) };
          const Body = setting.body ?? JSON.stringify(SCORE);
          return Promise.resolve({ Messages: [{ MessageId: "m", ReceiptHandle: "r", Body, Attributes }] });
        }
        if (command instanceof DeleteMessageCommand) noted.push("deleted");
        if (command instanceof ChangeMessageVisibilityCommand)
          noted.push(`again in ${command.input.VisibilityTimeout}`);
        return Promise.resolve({});
      },
    } as unknown as Pick<SQSClient, "send">;
    const sfn = {
      send: (command: unknown) => {
        if (command instanceof SendTaskSuccessCommand) noted.push(`success ${command.input.output}`);
        if (command instanceof SendTaskFailureCommand) noted.push(`failure ${command.input.error}`);
        if (command instanceof SendTaskHeartbeatCommand) noted.push("alive");
        return setting.workflow?.() ?? Promise.resolve({});
      },
    } as unknown as Pick<SFNClient, "send">;
    const note = (what: string) => () => {
      noted.push(what);
      return Promise.resolve();
    };
    const claims = {
      claim: () => Promise.resolve(setting.claim ?? { kind: "mine", startedAt: "2026-03-02T02:00:00.000Z" }),
      renew: () => Promise.resolve(),
      progress: () => Promise.resolve(),
      finish: note("finished"),
      release: note("released"),
    } as unknown as Claims;
    const checkpoints = memoryCheckpoints();
    if (setting.answered !== undefined) checkpoints.kept.set("answers/run/0-of-1.json", setting.answered);
    const job: Job = {
      key: { runId: "run", shard: "0-of-1" },
      run: setting.run ?? (() => Promise.resolve({ usersScored: 2 })),
    };
    const options: WorkerOptions = {
      sqs,
      sfn,
      queueUrl: "queue",
      claims,
      checkpoints,
      jobOf: () => job,
      visibilitySeconds: 120,
      ...(setting.heartbeatSeconds === undefined ? {} : { heartbeatSeconds: setting.heartbeatSeconds }),
    };
    const outcome = await workOnce(options, stop.signal);
    return { outcome, noted, checkpoints };
  }
  const failing = (error: Error) => () => Promise.reject(error);

  it("answers the workflow and then takes the message off the queue", async () => {
    const { outcome, noted, checkpoints } = await work({});
    assert.equal(outcome, "answered");
    assert.deepEqual(noted, ["finished", 'success {"usersScored":2}', "deleted"]);
    assert.deepEqual(checkpoints.kept.get("answers/run/0-of-1.json"), { usersScored: 2 });
  });

  it("answers a message that comes again from the first one's work", async () => {
    const run = failing(new Error("done twice"));
    const { noted } = await work({ claim: { kind: "done" }, answered: { usersScored: 7 }, run });
    assert.deepEqual(noted, ['success {"usersScored":7}', "deleted"]);
  });

  it("leaves work that another does to him, and looks again when his claim runs out", async () => {
    const run = failing(new Error("done twice"));
    const { outcome, noted } = await work({ claim: { kind: "taken", untilMs: Date.now() + 9500 }, run });
    assert.equal(outcome, "returned");
    assert.deepEqual(noted, ["again in 10"]);
  });

  it("takes a message off the queue too when the workflow has its answer already", async () => {
    const timedOut = () => Promise.reject(new TaskTimedOut({ message: "too late", $metadata: {} }));
    const { outcome, noted } = await work({ workflow: timedOut });
    assert.equal(outcome, "answered");
    assert.equal(noted.at(-1), "deleted");
  });

  it("says at once what no other try would mend, and tries the rest again with growing pauses", async () => {
    const permanent = await work({ run: failing(new PermanentError("Training.BadInput", "no data")) });
    assert.deepEqual(permanent.noted, ["released", "failure Training.BadInput", "deleted"]);
    const broken = failing(new Error("connection reset"));
    assert.deepEqual((await work({ run: broken })).noted, ["released", "again in 15"]);
    assert.deepEqual((await work({ run: broken, receives: 3 })).noted, ["released", "again in 60"]);
    assert.deepEqual((await work({ run: broken, receives: 4 })).noted, [
      "released",
      "failure Worker.Failed",
      "deleted",
    ]);
  });

  it("tells of a message that is no work by its token, and leaves one without to the dead-letter queue", async () => {
    const told = await work({ body: JSON.stringify({ kind: "bake", taskToken: "token" }) });
    assert.deepEqual(told.noted, ["failure Worker.BadMessage", "deleted"]);
    assert.deepEqual(await work({ body: "hello" }).then(({ outcome, noted }) => [outcome, noted]), ["set aside", []]);
  });

  it("gives its message back at once when it is told to stop", async () => {
    const stop = new AbortController();
    const run = ({ signal }: JobContext) => {
      stop.abort();
      return Promise.reject(signal.reason as Error);
    };
    const { outcome, noted } = await work({ run }, stop);
    assert.equal(outcome, "returned");
    assert.deepEqual(noted, ["released", "again in 0"]);
  });

  it("shows signs of life, and ends a job whose workflow waits no longer", async () => {
    const until = ({ signal }: JobContext) =>
      new Promise<object>((_, reject) => {
        signal.addEventListener("abort", () => {
          reject(signal.reason as Error);
        });
      });
    let asked = 0;
    const workflow = () => {
      asked += 1;
      return asked < 3 ? Promise.resolve({}) : Promise.reject(new TaskTimedOut({ message: "late", $metadata: {} }));
    };
    const { outcome, noted } = await work({ run: until, workflow, heartbeatSeconds: 0.005 });
    assert.equal(outcome, "failed");
    assert.deepEqual(noted.slice(0, 6), ["again in 120", "alive", "again in 120", "alive", "again in 120", "alive"]);
    assert.equal(noted.at(-1), "deleted");
  });

  it("names every setting that is missing or no number", () => {
    assert.throws(
      () => workerOf({ AWS_REGION: "us-east-1", MERIDIAN_LIST_LENGTH: "many" }),
      /MERIDIAN_QUEUE_URL: want a value, got nothing; .*MERIDIAN_LIST_LENGTH: want a number above 0, got many/,
    );
  });
});
