import { setTimeout as delay } from "node:timers/promises";
import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
  type KeysAndAttributes,
} from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Engine } from "./engine";
import { onlineFeatures } from "../../contracts/lake/features";
import { PROFILED, profileOf, type ProfileRecord } from "./profiles";
import { literal } from "./sql";

/** Most keys in one BatchGetItem. docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const BATCH_KEYS = 100;

/** Tries of one batch before its rest is an error, and the first pause between them, milliseconds; it doubles. */
const TRIES = 8;
const PAUSE_MS = 50;

/** Doubles that differ by less, relative to the larger, are the same: DynamoDB keeps 38 digits, a double has 16. */
const TOLERANCE = 1e-9;

/** Users whose records are compared by default: enough to see one wrong in a hundred, few enough to read in seconds. */
export const SKEW_SAMPLE = 500;

/** Share of differing users that is let pass: none, since the same run writes both. */
export const SKEW_LIMIT = 0;

/** How one feature does. */
export interface FeatureSkew {
  readonly name: string;
  /** Share of the compared users whose online value is another than the offline one. */
  readonly rate: number;
  readonly mismatched: number;
  /** The first user that differs, by digest of the sample's order. */
  readonly example?: { readonly user: string; readonly online: unknown; readonly offline: unknown };
}

/** What a comparison of online records with offline rows came to. */
export interface SkewReport {
  /** Whether no rate is over the limit. */
  readonly passed: boolean;
  readonly region: string;
  readonly limit: number;
  readonly sampled: number;
  readonly compared: number;
  /** Users without an online record. */
  readonly missing: number;
  readonly missingRate: number;
  /** Users whose record another region of the zone wrote: it is compared there. */
  readonly elsewhere: number;
  readonly features: readonly FeatureSkew[];
}

/** How records are compared. */
export interface SkewOptions {
  readonly region: string;
  /** Users drawn. @default 500 */
  readonly sample?: number;
  /** Share of users, 0 to 1, that a feature may differ for. @default 0 */
  readonly limit?: number;
  /** Other seeds draw other users. @default 1 */
  readonly seed?: number;
  /** Read the table's own region as it is now; a replica is read as its readers see it. @default false */
  readonly consistent?: boolean;
}

/** Where online records are read. */
export interface OnlineStore {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly table: string;
}

/**
 * Compares users' online records with their rows in `gold_user_features`, feature by feature.
 * @throws Error when the table does not answer for some keys after all tries.
 */
export async function compareFeatures(
  engine: Engine,
  store: OnlineStore,
  { region, sample = SKEW_SAMPLE, limit = SKEW_LIMIT, seed = 1, consistent = false }: SkewOptions,
): Promise<SkewReport> {
  const rows = await engine.rows(
    `SELECT * FROM ${PROFILED.table} ORDER BY md5(concat(${literal(String(seed))}, ${PROFILED.key})) LIMIT ${sample}`,
  );
  const offline = rows.map(profileOf);
  const online = await read(
    store,
    offline.map((row) => String(row[PROFILED.key])),
    consistent,
  );
  const pairs = offline.flatMap((row) => {
    const record = online.get(String(row[PROFILED.key]));
    return record === undefined ? [] : [{ row, record }];
  });
  const own = pairs.filter(({ record, row }) => record["region"] === row["region"]);
  const features = onlineFeatures(PROFILED).map(({ name }) => skewOf(name, own));
  const missing = offline.length - pairs.length;
  const missingRate = share(missing, offline.length);
  return {
    passed: missingRate <= limit && features.every(({ rate }) => rate <= limit),
    region,
    limit,
    sampled: offline.length,
    compared: own.length,
    missing,
    missingRate,
    elsewhere: pairs.length - own.length,
    features,
  };
}

interface Pair {
  readonly row: ProfileRecord;
  readonly record: Readonly<Record<string, unknown>>;
}

function skewOf(name: string, pairs: readonly Pair[]): FeatureSkew {
  const different = pairs.filter(({ row, record }) => !same(row[name], record[name]));
  const [first] = different;
  return {
    name,
    rate: share(different.length, pairs.length),
    mismatched: different.length,
    ...(first === undefined
      ? {}
      : {
          example: {
            user: String(first.row[PROFILED.key]),
            online: first.record[name] ?? null,
            offline: first.row[name],
          },
        }),
  };
}

function same(offline: unknown, online: unknown): boolean {
  if (typeof offline !== "number" || typeof online !== "number") return offline === online;
  return Math.abs(offline - online) <= TOLERANCE * Math.max(Math.abs(offline), Math.abs(online));
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** Records by user; users without one are left out. */
async function read(
  { client, table }: OnlineStore,
  users: readonly string[],
  consistent: boolean,
): Promise<Map<string, Record<string, unknown>>> {
  const found = new Map<string, Record<string, unknown>>();
  for (let start = 0; start < users.length; start += BATCH_KEYS) {
    let asked: KeysAndAttributes | undefined = {
      Keys: users.slice(start, start + BATCH_KEYS).map((user) => ({ [PROFILED.key]: { S: user } })),
      ConsistentRead: consistent,
    };
    for (let attempt = 1; asked !== undefined; attempt += 1) {
      if (attempt > TRIES)
        throw new Error(`${table}: ${asked.Keys?.length ?? 0} records were not read after ${TRIES} tries`);
      if (attempt > 1) await delay(PAUSE_MS * 2 ** (attempt - 2));
      const answer: BatchGetItemCommandOutput = await client.send(
        new BatchGetItemCommand({ RequestItems: { [table]: asked } }),
      );
      for (const item of answer.Responses?.[table] ?? []) {
        const record = unmarshall(item);
        found.set(String(record[PROFILED.key]), record);
      }
      asked = answer.UnprocessedKeys?.[table];
    }
  }
  return found;
}

/** A report in words: what differs first. */
export function readableSkew({
  passed,
  region,
  sampled,
  compared,
  missing,
  elsewhere,
  limit,
  features,
}: SkewReport): string[] {
  const percent = (rate: number): string => `${(rate * 100).toFixed(2)} %`;
  return [
    `${region}: ${passed ? "online and offline features agree" : `SKEW over ${percent(limit)}`}: ${sampled} users drawn, ` +
      `${compared} compared, ${missing} without a record, ${elsewhere} of another region`,
    ...[...features]
      .sort((a, b) => b.rate - a.rate)
      .map(({ name, rate, mismatched, example }) => {
        const shown =
          example === undefined
            ? ""
            : `, e.g. ${example.user}: online ${String(example.online)}, offline ${String(example.offline)}`;
        return `  ${name.padEnd(14)} ${percent(rate)} (${mismatched})${shown}`;
      }),
  ];
}
