import { createServer, type Server } from "node:http";

/** What a fake service answers to one action. `status` 400 makes it an error of the name in `__type`. */
export type Handler = (input: Record<string, unknown>) => { readonly status?: number; readonly body: object };

/** An AWS service of the JSON protocol on loopback: answers by action, and keeps what it was asked. */
export interface FakeAws {
  readonly endpoint: string;
  readonly calls: { readonly action: string; readonly input: Record<string, unknown> }[];
  stop(): Promise<void>;
}

/** Starts one with a handler for each action. An action without a handler is a 500. */
export async function startFakeAws(handlers: Readonly<Record<string, Handler>>): Promise<FakeAws> {
  const calls: FakeAws["calls"] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const action = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
      const input = JSON.parse(Buffer.concat(chunks).toString() || "{}") as Record<string, unknown>;
      calls.push({ action, input });
      const answer = handlers[action]?.(input) ?? { status: 500, body: { __type: "NoHandler", message: action } };
      response.writeHead(answer.status ?? 200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(answer.body));
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
