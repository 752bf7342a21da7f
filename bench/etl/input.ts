import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { literal } from "../../services/etl/sql";
import { VERIFIED_PREFIX } from "../../services/etl/run";
import { CURATED_COLUMNS } from "../../contracts/events/columns";

/** What the events are like: those of a shop in ten days, visits of five events on average. */
export interface InputShape {
  /** Events, copies not counted. */
  readonly events: number;
  readonly users: number;
  readonly items: number;
  readonly days: number;
}

/** One event in fifty comes twice, one in five hundred too late. */
const COPY_EVERY = 50;
const LATE_EVERY = 500;

/**
 * Verified events as the intake verifier leaves them, gzipped NDJSON by hour, in a folder that stands for the bronze
 * bucket. Made once and kept: equal shapes give equal events.
 */
export async function madeInput(folder: string, shape: InputShape): Promise<string> {
  const bronze = join(folder, `${shape.events}-${shape.users}-${shape.items}-${shape.days}`);
  if (existsSync(bronze)) return bronze;
  console.log(`making ${shape.events} events`);
  const fresh = `${bronze}.${process.pid}`;
  const to = join(fresh, VERIFIED_PREFIX);
  mkdirSync(fresh, { recursive: true });
  const staged = join(fresh, "staged.duckdb");
  const instance = await DuckDBInstance.create(staged, {
    // One thread: files then are the same wherever they are made.
    threads: "1",
    memory_limit: "2GB",
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(`CREATE TABLE made AS ${eventsOf(shape)}`);
  const hours = (await connection.runAndReadAll("SELECT DISTINCT date, hour FROM made ORDER BY ALL")).getRows();
  const names = CURATED_COLUMNS.map(({ name }) => name).join(", ");
  for (const [date, hour] of hours as [string, string][]) {
    const partition = join(to, `date=${date}`, `hour=${hour}`);
    mkdirSync(partition, { recursive: true });
    await connection.run(
      `COPY (SELECT ${names} FROM made WHERE date = '${date}' AND hour = '${hour}')
       TO ${literal(join(partition, "part-00000.ndjson.gz"))} (FORMAT json, COMPRESSION gzip)`,
    );
  }
  connection.closeSync();
  instance.closeSync();
  rmSync(staged);
  renameSync(fresh, bronze);
  return bronze;
}

function eventsOf({ events, users, items, days }: InputShape): string {
  const names = CURATED_COLUMNS.map(({ name }) => name).join(", ");
  return `
    WITH numbered AS (
      SELECT i, i // 5 AS visit, 0 AS copy FROM range(${events}) AS r(i)
      UNION ALL
      SELECT i, i // 5, 1 FROM range(0, ${events}, ${COPY_EVERY}) AS r(i)
    ),
    drawn AS (
      SELECT
        i, copy, visit,
        ${draw("visit", 1)} AS who,
        ${draw("visit", 2)} AS begun,
        ${draw("i", 3)} AS what,
        ${draw("i", 4)} AS kind,
        ${draw("visit", 5)} AS agent
      FROM numbered
    ),
    placed AS (
      SELECT
        *,
        CAST(floor(${users} * who * who) AS BIGINT) AS user_number,
        CAST(floor(${items} * what * what * what) AS BIGINT) AS item,
        TIMESTAMP '2026-03-01 00:00:00'
          + to_milliseconds(CAST(begun * ${days} * 86400000 AS BIGINT) + (i % 5) * 60000 + i % 977) AS occurred,
        CASE WHEN kind < 0.55 THEN 'view' WHEN kind < 0.75 THEN 'click' WHEN kind < 0.83 THEN 'add_to_cart'
          WHEN kind < 0.87 THEN 'purchase' ELSE 'exposure' END AS event_type
      FROM drawn
    ),
    received AS (
      SELECT *, occurred + to_milliseconds(250 + copy * 90000 + CASE WHEN i % ${LATE_EVERY} = 7 THEN 345600000 ELSE 0 END)
        AS receipt
      FROM placed
    ),
    made AS (
      SELECT
        regexp_replace(md5(CAST(i AS VARCHAR)), '(.{8})(.{4})(.{4})(.{4})(.{12})', '\\1-\\2-\\3-\\4-\\5') AS event_id,
        1 AS schema_version,
        event_type,
        strftime(occurred, '%Y-%m-%dT%H:%M:%S.%gZ') AS occurred_at,
        strftime(receipt, '%Y-%m-%dT%H:%M:%S.%gZ') AS received_at,
        sha256(CAST(user_number AS VARCHAR)) AS user_key,
        concat('item-', lpad(CAST(item AS VARCHAR), 6, '0')) AS item_id,
        md5(concat('visit-', visit)) AS session_id,
        CASE WHEN event_type = 'purchase' THEN (item * 37 % 20000) / 100 END AS value,
        concat('/items/', item) AS page,
        CASE WHEN agent < 0.4 THEN 'www.example.com' WHEN agent < 0.6 THEN 'search.example.org' END AS referrer_host,
        CASE WHEN agent < 0.5 THEN 'desktop' WHEN agent < 0.9 THEN 'mobile' ELSE 'tablet' END AS device,
        concat('10.', user_number % 256, '.', user_number // 256 % 256, '.0/24') AS ip_prefix,
        true AS consent_analytics,
        user_number % 10 <> 0 AS consent_personalisation,
        CASE WHEN event_type = 'exposure' THEN 'a' END AS variant,
        CASE WHEN event_type = 'exposure' THEN '20260228T020000Z' END AS model_version,
        'us-east-1' AS region,
        strftime(receipt, '%Y-%m-%d') AS date,
        strftime(receipt, '%H') AS hour,
        receipt
      FROM received
    )
    SELECT ${names}, date, hour FROM made ORDER BY receipt, event_id`;
}

/** A number in [0, 1) that depends on a number and a salt only. */
function draw(number: string, salt: number): string {
  return `hash(${number} * 16 + ${salt}) / 18446744073709551616.0`;
}
