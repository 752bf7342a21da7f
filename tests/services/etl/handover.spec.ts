import assert from "node:assert/strict";
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { runHandedOver, type HandoverQueue } from "../../../services/etl/handover";
import { runEtl, VERIFIED_PREFIX } from "../../../services/etl/run";
import { handOver } from "../../../services/verifier/handover";
import { curated, ndjson } from "./events";
import { MemoryS3 } from "./memory-s3";

const BUCKETS = { bronze: "bronze", silver: "silver", gold: "gold" };
const CONFIG = { region: "us-east-1", buckets: BUCKETS, limits: { age_hours_refuse: 1e6 }, threads: 1 };

/** A queue whose messages stay until they are deleted, and the names of the calls that changed it. */
function queueOf(bodies: readonly string[]) {
  const waiting = new Map(bodies.map((Body, at) => [String(at), Body]));
  const hidden = new Set<string>();
  const calls: string[] = [];
  const send = (command: unknown): Promise<unknown> => {
    if (command instanceof ReceiveMessageCommand) {
      const found = [...waiting].filter(([id]) => !hidden.has(id)).slice(0, command.input.MaxNumberOfMessages);
      for (const [id] of found) hidden.add(id);
      // What nobody takes off shows again at once.
      const again = found.length === 0 ? [...waiting].slice(0, 1) : found;
      return Promise.resolve({
        Messages: again.map(([id, Body]) => ({ Body, MessageId: `m${id}`, ReceiptHandle: id })),
      });
    }
    if (command instanceof DeleteMessageBatchCommand) {
      calls.push(`delete ${command.input.Entries?.length ?? 0}`);
      for (const { ReceiptHandle = "" } of command.input.Entries ?? []) waiting.delete(ReceiptHandle);
    }
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      calls.push(`give back ${command.input.Entries?.length ?? 0}`);
      for (const { ReceiptHandle = "" } of command.input.Entries ?? []) hidden.delete(ReceiptHandle);
    }
    return Promise.resolve({});
  };
  const queue: HandoverQueue = { sqs: { send: send as SQSClient["send"] }, queueUrl: "q", silver: "silver" };
  return { queue, calls, waiting };
}

/** Verified objects, each handed over by a message of its own. */
async function handedOver(s3: MemoryS3, count: number): Promise<string[]> {
  const bodies: string[] = [];
  const sqs = {
    send: ((command: { input: { MessageBody: string } }) => {
      bodies.push(command.input.MessageBody);
      return Promise.resolve({});
    }) as unknown as SQSClient["send"],
  };
  for (let at = 0; at < count; at += 1) {
    const movedTo = `${VERIFIED_PREFIX}date=2026-03-01/hour=10/part-${at}.ndjson.gz`;
    s3.put("bronze", movedTo, ndjson([curated(), curated()]));
    const outcome = { key: "landed", result: "verified", movedTo, records: 2, bytes: 1, sha256: "x" } as const;
    await handOver([outcome], { s3, bronzeBucket: "bronze", handover: { sqs, queueUrl: "q" } });
  }
  return bodies;
}

describe("a run of the ETL that is told what was verified", () => {
  it("reads by listing exactly what the messages name, and takes them off then", async () => {
    const s3 = new MemoryS3();
    const bodies = await handedOver(s3, 23);
    // Told twice, and a message that is no hand-over.
    const { queue, calls, waiting } = queueOf([...bodies, bodies[0] ?? "", "{}"]);
    const { result, handedOver: told } = await runHandedOver(s3, queue, () => runEtl({ s3 }, CONFIG));
    assert.deepEqual([result.sources, result.ledger.verified], [23, 46]);
    assert.deepEqual(told, { messages: 24, objects: 23, records: 46 });
    assert.deepEqual(calls, ["delete 10", "delete 10", "delete 4"]);
    assert.deepEqual([...waiting.values()], ["{}"]);
    const none = await runHandedOver(s3, queueOf([]).queue, () => runEtl({ s3 }, CONFIG));
    assert.deepEqual(none.handedOver, { messages: 0, objects: 0, records: 0 });
  });

  it("gives the messages back when the run fails, and the next one takes them", async () => {
    const s3 = new MemoryS3();
    const { queue, calls } = queueOf(await handedOver(s3, 2));
    await assert.rejects(
      runHandedOver(s3, queue, () => Promise.reject(new Error("killed"))),
      /killed/,
    );
    assert.deepEqual(calls, ["give back 2"]);
    const { handedOver: told } = await runHandedOver(s3, queue, () => runEtl({ s3 }, CONFIG));
    assert.equal(told.objects, 2);
  });

  it("fails by name when an object that was handed over is not there", async () => {
    const s3 = new MemoryS3();
    const { queue, calls, waiting } = queueOf(await handedOver(s3, 2));
    s3.objects.delete(`bronze/${VERIFIED_PREFIX}date=2026-03-01/hour=10/part-1.ndjson.gz`);
    await assert.rejects(
      runHandedOver(s3, queue, () => runEtl({ s3 }, CONFIG)),
      { name: "HandoverError", message: /^handed over, but not there to be read: \S*part-1\.ndjson\.gz$/ },
    );
    assert.deepEqual([calls, waiting.size], [["give back 2"], 2]);
  });
});
