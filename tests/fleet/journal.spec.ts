import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Journal } from "../../fleet/journal";

describe("the journal", () => {
  const folder = mkdtempSync(join(tmpdir(), "meridian-journal-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("tells what was last done to each stack, also after a line that a crash tore", async () => {
    const file = join(folder, "deep", "journal.ndjson");
    const journal = new Journal(file);
    assert.equal((await journal.latest()).size, 0);
    await journal.write({ operation: "up", stack: "a", outcome: "started" });
    appendFileSync(file, '{"stack": "b", "oper\n');
    await journal.write({ operation: "up", stack: "a", outcome: "succeeded" });
    const latest = await journal.latest();
    assert.deepEqual([...latest.keys()], ["a"]);
    assert.equal(latest.get("a")?.outcome, "succeeded");
  });
});
