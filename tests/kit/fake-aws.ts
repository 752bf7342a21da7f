import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** An endpoint with nothing behind it: every bucket, queue and table is empty. Enough for a program to start and wait. */
export interface FakeAws {
  readonly url: string;
  /** Operations asked for, e.g. `AmazonSQS.ReceiveMessage` or `GET /bucket`. */
  readonly asked: ReadonlySet<string>;
  close(): void;
}

export async function startFakeAws(): Promise<FakeAws> {
  const asked = new Set<string>();
  const server: Server = createServer((request, response) => {
    request.resume();
    const operation = nameOf(request);
    asked.add(operation);
    if (operation.startsWith("GET ")) {
      response.setHeader("content-type", "application/xml");
      response.end(EMPTY_LISTING);
      return;
    }
    response.setHeader("content-type", "application/x-amz-json-1.1");
    const answer = operation.endsWith(".GenerateMac") ? { Mac: Buffer.alloc(32).toString("base64") } : {};
    // A queue is asked again at once when it is empty: a real one waits.
    setTimeout(() => response.end(JSON.stringify(answer)), operation.endsWith(".ReceiveMessage") ? 200 : 0);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const EMPTY_LISTING = `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>`;

function nameOf({ headers, method = "", url = "" }: IncomingMessage): string {
  const target = headers["x-amz-target"];
  return typeof target === "string" ? target : `${method} ${url.split("?")[0] ?? ""}`;
}
