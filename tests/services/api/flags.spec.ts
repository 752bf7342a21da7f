import assert from "node:assert/strict";
import { marshall } from "@aws-sdk/util-dynamodb";
import { OpenFeature, ProviderEvents } from "@openfeature/server-sdk";
import { FLAG_NAMES, FLAGS } from "../../../services/api/flags/definitions";
import { readFlags, TableFlagProvider, type FlagRows } from "../../../services/api/flags/provider";
import { DEFAULT_SWITCHES, watchSwitches, type Switches } from "../../../services/api/flags/switches";
import { createRecommender } from "../../../services/api/recommend";
import { flagKeyOf } from "../../../contracts/tables/flags";
import { Parts } from "./parts";

const settled = () => new Promise((resolve) => setTimeout(resolve, 15));

/** A flags table that can be written, and be away. */
class Table {
  rows = new Map<string, unknown>();
  away = false;
  looks = 0;
  readonly read = (): Promise<FlagRows> => {
    this.looks += 1;
    return this.away ? Promise.reject(new Error("away")) : Promise.resolve(new Map(this.rows) as FlagRows);
  };
}

describe("the API's flags", () => {
  let switches: Switches | undefined;
  afterEach(() => switches?.stop());

  const start = async (table: Table, staleMs = 60_000) => {
    const changes: unknown[] = [];
    const provider = new TableFlagProvider({ read: table.read, everyMs: 3, staleMs });
    switches = await watchSwitches(provider, (...change) => changes.push(change));
    return { switches, changes, provider };
  };

  it("are as their list says where there is no row, and where the table was never read", async () => {
    const table = new Table();
    table.away = true;
    const { switches: found } = await start(table);
    for (const name of FLAG_NAMES) {
      assert.equal(found.isOn(name), FLAGS[name].default, name);
      assert.equal(DEFAULT_SWITCHES.isOn(name), FLAGS[name].default, name);
    }
  });

  it("follow the table within the time of one look, and go back to their default when the row is taken away", async () => {
    const table = new Table();
    const { switches: found, changes } = await start(table);
    table.rows.set("serving.endpoint", false);
    await settled();
    assert.deepEqual([found.isOn("serving.endpoint"), found.isOn("serving.similar")], [false, true]);
    table.rows.clear();
    await settled();
    assert.equal(found.isOn("serving.endpoint"), true);
    assert.deepEqual(changes, [
      ["serving.endpoint", false],
      ["serving.endpoint", true],
    ]);
  });

  it("hold while the table is away, told as stale after a while, and follow it again", async () => {
    const table = new Table();
    table.rows.set("serving.exposures", false);
    const { switches: found, provider } = await start(table, 10);
    const events: string[] = [];
    for (const event of [ProviderEvents.Stale, ProviderEvents.Ready] as const) {
      provider.events.addHandler(event, () => events.push(event));
    }
    table.away = true;
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(found.isOn("serving.exposures"), false);
    assert.deepEqual(events, [ProviderEvents.Stale]);
    assert.equal((await provider.resolveBooleanEvaluation("serving.exposures", true)).reason, "STALE");
    table.away = false;
    table.rows.set("serving.exposures", true);
    await settled();
    assert.equal(found.isOn("serving.exposures"), true);
    assert.deepEqual(events, [ProviderEvents.Stale, ProviderEvents.Ready]);
  });

  it("are looked at no more once stopped", async () => {
    const table = new Table();
    await (await start(table)).switches.stop();
    const { looks } = table;
    await settled();
    assert.equal(table.looks, looks);
  });

  it("are not looked at again when they are stopped in the middle of a look", async () => {
    let looks = 0;
    let answer: () => void = () => undefined;
    const read = async (): Promise<FlagRows> => {
      looks += 1;
      if (looks > 1) await new Promise<void>((resolve) => (answer = resolve));
      return new Map();
    };
    const found = await watchSwitches(new TableFlagProvider({ read, everyMs: 1 }));
    await settled();
    await found.stop();
    answer();
    await settled();
    assert.equal(looks, 2);
  });

  it("speak OpenFeature: an unknown flag and another type are errors with the default", async () => {
    const table = new Table();
    table.rows.set("serving.similar", false);
    await OpenFeature.setProviderAndWait("spec", new TableFlagProvider({ read: table.read }));
    const client = OpenFeature.getClient("spec");
    const unknown = await client.getBooleanDetails("serving.nothing", true);
    assert.deepEqual([unknown.value, unknown.errorCode], [true, "FLAG_NOT_FOUND"]);
    assert.equal((await client.getStringDetails("serving.similar", "x")).errorCode, "TYPE_MISMATCH");
    assert.equal((await client.getNumberDetails("serving.similar", 1)).errorCode, "TYPE_MISMATCH");
    assert.equal((await client.getObjectDetails("serving.similar", {})).errorCode, "TYPE_MISMATCH");
    const found = await client.getBooleanDetails("serving.similar", true);
    assert.deepEqual([found.value, found.reason], [false, "CACHED"]);
    await OpenFeature.clearProviders();
  });

  it("are read by key, and a row that is none is left out and told", async () => {
    const asked: unknown[] = [];
    const told: unknown[] = [];
    const Responses = {
      flags: [
        marshall({ flag: flagKeyOf("serving.similar"), value: false, reason: "slow" }),
        marshall({ flag: flagKeyOf("serving.endpoint"), value: "no" }),
      ],
    };
    const client = {
      send: ({ input }: { input: unknown }) => {
        asked.push(input);
        return Promise.resolve({ Responses });
      },
    };
    const rows = await readFlags(client as never, "flags", (error) => told.push(String(error)))(
      AbortSignal.timeout(1_000),
    );
    assert.deepEqual([...rows], [["serving.similar", false]]);
    assert.equal(told.length, 1);
    const Keys = FLAG_NAMES.map((name) => marshall({ flag: flagKeyOf(name) }));
    assert.deepEqual(asked, [{ RequestItems: { flags: { Keys } } }]);
  });

  it("switch the endpoint off at once: the table and what is popular answer, nobody asks a model", async () => {
    const parts = new Parts();
    let on = false;
    const recommender = createRecommender(parts.deps({ switches: { endpoint: () => on, similar: () => true } }));
    assert.equal((await recommender.recommend("cy")).source, "popular");
    assert.equal((await recommender.recommend("ada")).source, "table");
    assert.equal(parts.calls.endpoint, 0);
    on = true;
    assert.equal((await recommender.recommend("cy")).source, "endpoint");
  });

  it("switch similar items off at once: what is popular, told as such", async () => {
    const parts = new Parts();
    const recommender = createRecommender(parts.deps({ switches: { endpoint: () => true, similar: () => false } }));
    const { fallback, itemId, items } = await recommender.similar("lamp");
    assert.deepEqual([fallback, itemId, items[0]?.item_id, parts.calls.endpoint], ["popular", "lamp", "rug", 0]);
  });
});
