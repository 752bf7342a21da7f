import { createSecretKey } from "node:crypto";
import { generate, generatedSource } from "../services/traffic/generate";
import { parseBody, streamRecord } from "../services/kit/stream/parse";
import { transformBatch } from "../services/transform/batch";
import { pseudonymiser } from "../services/kit/pseudonym";
import { median, report } from "./kit/figures";
import { sized } from "./kit/size";

/** Records of one round, those handed over at once (Firehose buffers 1 MiB for a call), and rounds. */
const RECORDS = sized(20_000, 2_000);
const BATCH = 2_000;
const ROUNDS = sized(15, 1);

/** Records per second on one core: the whole transform, and its limit: base64 in, JSON.parse, base64 out, nothing else. */
function main(): void {
  const options = { seed: 1, count: RECORDS + 500, users: 5_000, shares: { malformed: 0, unusable: 0 } };
  const { clock } = generatedSource(options);
  const records = [...generate(options)]
    .flatMap(({ line }) => parseBody(line))
    .flatMap((one) =>
      "event" in one ? [streamRecord(one.text, new Date(clock(one.event)).toISOString(), "us-east-1")] : [],
    )
    .slice(0, RECORDS)
    .map((text, index) => ({
      recordId: String(index),
      approximateArrivalTimestamp: 0,
      data: Buffer.from(text).toString("base64"),
    }));
  const bytes = records.reduce((sum, { data }) => sum + (data.length * 3) / 4, 0) / records.length;
  const salt = createSecretKey(Buffer.alloc(32, 7));
  const warm = pseudonymiser(salt);
  const batches = Array.from({ length: RECORDS / BATCH }, (_, at) => records.slice(at * BATCH, (at + 1) * BATCH));
  const transformAll = (pseudonym: (userId: string) => string): number =>
    batches.reduce((sum, batch) => sum + transformBatch(batch, pseudonym, Infinity).records.length, 0);
  const contestants: Record<string, () => number> = {
    "limit (base64 + JSON.parse)": () => {
      let out = 0;
      for (const batch of batches) {
        const answers = batch.map(({ recordId, data }) => {
          const text = Buffer.from(data, "base64").toString("utf8");
          JSON.parse(text);
          return { recordId, result: "Ok", data: Buffer.from(text, "utf8").toString("base64") };
        });
        out += answers.length;
      }
      return out;
    },
    "transform, users seen before": () => transformAll(warm),
    "transform, all users new": () => transformAll(pseudonymiser(salt)),
  };
  const times = new Map(Object.keys(contestants).map((name) => [name, [] as number[]]));
  for (let round = -3; round < ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(contestants)) {
      const start = performance.now();
      run();
      if (round >= 0) times.get(name)?.push(performance.now() - start);
    }
  }
  const rates = [...times].map(([name, values]) => ({ name, rate: RECORDS / (median(values) / 1000) }));
  const limit = rates[0]?.rate ?? NaN;
  const perSecond = (rate: number): string => `${Math.round(rate / 1000)} k records/s`;
  report([
    ...rates.slice(1).map(({ name, rate }) => ({
      what: `${name}, ${bytes.toFixed(0)} B, one core, against the limit`,
      value: rate / limit,
      unit: "x",
      peer: `limit (base64 + JSON.parse) ${perSecond(limit)}, ours ${perSecond(rate)}`,
      goal: { least: 0.8 },
      rounds: ROUNDS,
    })),
  ]);
}

main();
