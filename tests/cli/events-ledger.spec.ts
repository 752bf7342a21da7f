import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import events from "../../cli/events";
import { parse } from "../../cli/kit/command";
import { EXIT } from "../../cli/kit/exit";
import { showLedger } from "../../cli/kit/ledger";
import { FindingsError } from "../../contracts/finding";
import { Output } from "../../cli/kit/output";
import { readIngestLedger } from "../../local/datapath/ingest";
import { openLedger, saveLedger } from "../../local/delivery/ledger";

/** What the command prints, and its exit code. */
function told(change: (ledger: ReturnType<typeof openLedger>) => void): { code: number; text: string } {
  const stateDir = mkdtempSync(join(tmpdir(), "account-"));
  try {
    const file = join(stateDir, "ledger-us-east-1.json");
    const ledger = openLedger(file, "us-east-1", 1);
    Object.assign(ledger, { generated: 10, refused: 1, accepted: 9, rawDelivered: 8, spilled: 1 });
    Object.assign(ledger, { verified: 6, quarantined: 1 });
    Object.assign(ledger.delivered, { read: 8, delivered: 7, dropped: { no_consent: 1 } });
    change(ledger);
    saveLedger(file, ledger);
    const region = { region: "us-east-1", zone: "us", endpoint: "", stream: "", transformFunction: "", stateDir };
    const lines: string[] = [];
    const output = new Output(false);
    output.line = (text) => lines.push(text ?? "");
    const buckets = { raw: "", bronze: "", quarantine: "" };
    return {
      code: showLedger(readIngestLedger({ regions: [{ ...region, buckets }] }), output),
      text: lines.join("\n"),
    };
  } finally {
    rmSync(stateDir, { recursive: true });
  }
}

describe("meridian events ledger", () => {
  it("ends with 0 when every event is accounted for, those on the collector's disk included", () => {
    const { code, text } = told(() => undefined);
    assert.equal(code, EXIT.ok, text);
    assert.match(text, /every event is accounted for/);
    assert.match(text, /waiting on disk +1/);
    assert.doesNotMatch(text, /bulk/);
  });

  it("tells of bulk uploads where there were some", () => {
    const { code, text } = told((ledger) => {
      ledger.bulk = { landed: 9, verified: 5, refused: 3, quarantined: 1 };
    });
    assert.equal(code, EXIT.ok, text);
    assert.match(text, /bulk uploads landed +9/);
    assert.match(text, /rows refused +3/);
  });

  it("ends with 1 and names the stage when a single event is missing anywhere", () => {
    const cases: readonly (readonly [Parameters<typeof told>[0], RegExp])[] = [
      [(ledger) => (ledger.refused -= 1), /us-east-1: generated: want 10, got 9/],
      [(ledger) => (ledger.spilled -= 1), /us-east-1: on the stream: want 9, got 8/],
      [(ledger) => (ledger.delivered.dropped["no_consent"] = 0), /us-east-1: on the stream: want 8, got 7/],
      [(ledger) => (ledger.delivered.failed["not_json"] = 1), /us-east-1: on the stream: want 8, got 9/],
      [(ledger) => (ledger.quarantined = 0), /us-east-1: landed: want 7, got 6/],
      [(ledger) => (ledger.rawDelivered -= 1), /us-east-1: raw copy: want 8, got 7/],
      [
        (ledger) => (ledger.bulk = { landed: 9, verified: 5, refused: 2, quarantined: 1 }),
        /bulk uploads: want 9, got 8 \(5 verified \+ 2 refused \+ 1 quarantined\)/,
      ],
    ];
    for (const [change, message] of cases) {
      const { code, text } = told(change);
      assert.equal(code, EXIT.failed);
      assert.match(text, message);
    }
  });

  it("reads an account that was kept before events could wait on disk", () => {
    const { code } = told((ledger) => {
      Object.assign(ledger, { spilled: undefined, rawDelivered: 9, verified: 7 });
      Object.assign(ledger.delivered, { delivered: 8 });
    });
    assert.equal(code, EXIT.ok);
  });
});

describe("the options about a file", () => {
  const read = (...words: readonly string[]) => parse("events", events, ["import", "a.csv", ...words]);
  const refused = (...words: readonly string[]): readonly string[] => {
    try {
      read(...words);
    } catch (error) {
      if (error instanceof FindingsError) return error.findings.map(({ path }) => path).sort();
    }
    return [];
  };

  it("are read as what they mean", () => {
    const given = read(
      ...["--format", "interactions", "--columns", "item,user,timestamp"],
      ...["--event-type", "purchase", "--min-value", "4"],
    );
    assert.deepEqual(given["columns"], ["item", "user", "timestamp"]);
    assert.deepEqual(
      [given["format"], given["eventType"], given["minValue"], given["assumeConsent"]],
      ["interactions", "purchase", 4, false],
    );
  });

  it("are refused all at once", () => {
    assert.deepEqual(
      refused("--format", "interactions", "--columns", "user,user", "--event-type", "hover", "--min-value", "many"),
      ["--columns", "--event-type", "--min-value"],
    );
  });
});
