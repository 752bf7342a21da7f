import { gzipSync } from "node:zlib";
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { CURATED_COLUMNS } from "../../../contracts/events/columns";
import type { IntakeOptions } from "../../../services/verifier/intake";
import { FakeS3 } from "../collector/fakes";

const SAMPLES = { string: "x", int: 1, double: 1.5, boolean: true, instant: "2026-01-31T10:00:00.000Z" } as const;

/** A good curated row; `more` replaces columns. */
export function aRow(more: object = {}): Record<string, unknown> {
  return { ...Object.fromEntries(CURATED_COLUMNS.map(({ name, kind }) => [name, SAMPLES[kind]])), ...more };
}

/** A good curated row as a line of JSON. */
export function row(more: object = {}): string {
  return JSON.stringify(aRow(more));
}

/** Lines as a gzipped file. */
export function file(...rows: string[]): Buffer {
  return gzipSync(rows.map((one) => `${one}\n`).join(""));
}

/** Buckets in memory, and the bodies of the messages that the ETL's queue got. */
export function world(): { readonly s3: FakeS3; readonly messages: string[]; readonly options: IntakeOptions } {
  const s3 = new FakeS3();
  const messages: string[] = [];
  const send = (command: unknown): Promise<unknown> => {
    if (!(command instanceof SendMessageCommand)) throw new Error(`the ETL's queue knows no ${String(command)}`);
    messages.push(command.input.MessageBody ?? "");
    return Promise.resolve({});
  };
  const handover = { sqs: { send: send as SQSClient["send"] }, queueUrl: "https://sqs/handover" };
  return { s3, messages, options: { s3: s3.client, bronzeBucket: "bronze", quarantineBucket: "quarantine", handover } };
}
