import assert from "node:assert/strict";
import { createServer } from "node:net";
import { choosePort, isFree } from "../../../local/emulator/ports";

describe("the emulator's port", () => {
  it("stays the one before while that is free", async () => {
    assert.equal(await choosePort(23_456, () => Promise.resolve(true)), 23_456);
  });

  it("is another when the one before is taken, below every ephemeral range", async () => {
    const port = await choosePort(23_456, (candidate) => Promise.resolve(candidate !== 23_456));
    assert.notEqual(port, 23_456);
    assert.ok(port >= 20_000 && port < 32_000, String(port));
  });

  it("never becomes the taken one by chance", async () => {
    const sequence = [0, 0, 0.5];
    const port = await choosePort(
      20_000,
      (candidate) => Promise.resolve(candidate !== 20_000),
      () => sequence.shift() ?? 0.5,
    );
    assert.equal(port, 26_000);
  });

  it("is an error, not an endless search, when nothing is free", async () => {
    await assert.rejects(
      choosePort(undefined, () => Promise.resolve(false)),
      /want a free port between 20000 and 32000/,
    );
  });

  it("is free only when nobody listens on it", async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as { port: number };
    assert.equal(await isFree(port), false);
    await new Promise((closed) => server.close(closed));
    assert.equal(await isFree(port), true);
  });
});
