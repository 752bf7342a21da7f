import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PutRecordsCommand, type KinesisClient } from "@aws-sdk/client-kinesis";
import type { S3Client } from "@aws-sdk/client-s3";
import { startCollector } from "../../services/collector/server";

/** A server of `bench/collector.ts`, by its first argument: the collector, or bare node:http. */
async function main(kind: string | undefined): Promise<void> {
  console.log(kind === "bare" ? await serveBare() : await serveCollector());
}

async function serveCollector(): Promise<number> {
  const take = (command: unknown): Promise<unknown> =>
    Promise.resolve({
      Records: command instanceof PutRecordsCommand ? command.input.Records?.map(() => ({ SequenceNumber: "1" })) : [],
    });
  const { url } = await startCollector({
    region: "us-east-1",
    stream: "events",
    quarantineBucket: "quarantine",
    kinesis: { send: take as KinesisClient["send"] },
    s3: { send: take as S3Client["send"] },
    clientRate: { perSecond: 1e9, burst: 1e9 },
  });
  return Number(new URL(url).port);
}

async function serveBare(): Promise<number> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const lines = Buffer.concat(chunks).toString("utf8").split("\n");
      const accepted = lines.map((line) => JSON.parse(line) as unknown).length;
      const body = JSON.stringify({ accepted, refused: [], unavailable: [] });
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

void main(process.argv[2]);
