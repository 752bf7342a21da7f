import { CsvError, parse } from "csv-parse/sync";
import { eventProblems, isEvent, type ClickstreamEvent, type EventType } from "../../contracts/events/event";
import { idOf } from "./access-log";

/** What a column of an interaction file may hold. */
export const INTERACTION_COLUMNS = ["user", "item", "value", "timestamp"] as const;
export type InteractionColumn = (typeof INTERACTION_COLUMNS)[number];

/** Separators that are looked for in the first line, in this order: MovieLens' `::` would else be taken for none. */
export const DELIMITERS = ["\t", "::", ";", ",", "|"] as const;

export interface InteractionOptions {
  /** Order of the columns where the file has no heading; `value` may be left out. @default user, item, value, timestamp */
  readonly columns?: readonly InteractionColumn[];
  /** @default the first of DELIMITERS that occurs in the first line */
  readonly delimiter?: string;
  /** What the interactions were. @default view */
  readonly eventType?: EventType;
  /** Rows with a smaller value are no interactions and are skipped, e.g. ratings below 4. @default none */
  readonly minValue?: number;
  /** As with access logs: only with this are the people taken to have agreed to everything. @default false */
  readonly assumeConsent?: boolean;
}

/** What a line of an interaction file is. */
export type InteractionLine =
  | { readonly kind: "event"; readonly event: ClickstreamEvent; readonly occurred: number }
  | { readonly kind: "skipped" }
  | { readonly kind: "bad"; readonly reason: string };

/** Names that public data sets give to the columns, without capitals and underscores. */
const NAMES: Readonly<Record<InteractionColumn, ReadonlySet<string>>> = {
  user: new Set(["user", "userid", "uid", "visitorid", "customerid", "customer", "reviewerid"]),
  item: new Set(["item", "itemid", "iid", "movieid", "productid", "product", "asin", "bookid", "trackid", "articleid"]),
  value: new Set(["value", "rating", "ratings", "score", "weight", "count", "plays", "overall", "stars", "price"]),
  timestamp: new Set(["timestamp", "time", "ts", "date", "unixtime", "datetime", "unixreviewtime"]),
};

const SKIPPED: InteractionLine = { kind: "skipped" };

/**
 * Reads interaction files (`user,item,value,timestamp`): comma, tab, semicolon, bar or `::` between the fields, with a
 * heading (in any order, other columns ignored) or without. Fields may be quoted as RFC 4180 has it, but not hold line
 * ends. One reader for one file: the first line decides.
 */
export class InteractionReader {
  private delimiter: string | undefined;
  private places: Readonly<Partial<Record<InteractionColumn, number>>> | undefined;

  constructor(private readonly options: InteractionOptions) {
    this.delimiter = options.delimiter;
  }

  /** @param lineNumber from 1: two equal lines are two interactions, and a file that is read again gives the same ids. */
  read(line: string, lineNumber: number): InteractionLine {
    this.delimiter ??= DELIMITERS.find((one) => line.includes(one)) ?? ",";
    const fields = fieldsOf(line, this.delimiter);
    if (fields === undefined) return bad("want a closing quote, got the end of the line");
    if (this.places === undefined) {
      const heading = headingOf(fields);
      const order = this.options.columns ?? INTERACTION_COLUMNS;
      this.places = heading ?? Object.fromEntries(order.map((name, at) => [name, at]));
      if (heading !== undefined) return SKIPPED;
    }
    const { user = -1, item = -1, value = -1, timestamp = -1 } = this.places;
    const needed = Math.max(user, item, value, timestamp) + 1;
    if (fields.length < needed) return bad(`want ${needed} fields, got ${fields.length}`);
    const occurred = instantOfField(fields[timestamp] ?? "");
    if (Number.isNaN(occurred)) {
      return bad("timestamp: want seconds or milliseconds since 1970 or ISO 8601, got something else");
    }
    const amount = fields[value] ?? "";
    const number = Number(amount);
    if (Number.isNaN(number)) return bad("value: want a number, got something else");
    const { minValue } = this.options;
    if (minValue !== undefined && amount !== "" && number < minValue) return SKIPPED;
    const consent = this.options.assumeConsent === true;
    const event = {
      eventId: idOf(`${lineNumber}\n${line}`),
      schemaVersion: 1,
      eventType: this.options.eventType ?? "view",
      occurredAt: new Date(occurred).toISOString(),
      userId: fields[user] ?? "",
      itemId: fields[item] ?? "",
      ...(amount === "" ? {} : { value: number }),
      consent: { analytics: consent, personalisation: consent },
    };
    return isEvent(event) ? { kind: "event", event, occurred } : bad(eventProblems(event).join("; "));
  }
}

function bad(reason: string): InteractionLine {
  return { kind: "bad", reason };
}

/** Places of the columns where the fields are a heading: at least user, item and timestamp, by names that are known. */
function headingOf(fields: readonly string[]): Partial<Record<InteractionColumn, number>> | undefined {
  const places: Partial<Record<InteractionColumn, number>> = {};
  fields.forEach((field, at) => {
    // `user_id:token` is how RecBole's files name type and column in one.
    const plain = field
      .toLowerCase()
      .replace(/:.*$/, "")
      .replaceAll(/[^a-z]/g, "");
    const name = INTERACTION_COLUMNS.find((column) => NAMES[column].has(plain));
    if (name !== undefined) places[name] ??= at;
  });
  const { user, item, timestamp } = places;
  return user !== undefined && item !== undefined && timestamp !== undefined ? places : undefined;
}

/** The fields of a line; undefined where its quotes are not those of RFC 4180. */
function fieldsOf(line: string, delimiter: string): string[] | undefined {
  // Most lines of most files, of which data sets have tens of millions: a hundred times as fast as the parser, which is made
  // anew for each line.
  if (!line.includes('"')) return line.split(delimiter).map((field) => field.trim());
  try {
    return parse(line, { delimiter, trim: true })[0];
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

const NUMBER = /^\d+(?:\.\d+)?$/;
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z| ?UTC|[+-]\d\d:?\d\d)?)?$/;
/** Above it, a number counts milliseconds: as seconds it would be after the year 5138. */
const LAST_SECONDS = 1e11;
/** End of the year 9999, the last that an instant of the contract can name. */
const LAST_MS = 253_402_300_799_999;

/** Milliseconds since 1970; NaN for what is no time. A time without a zone is UTC. */
function instantOfField(field: string): number {
  if (NUMBER.test(field)) {
    const number = Number(field);
    const ms = Math.floor(number > LAST_SECONDS ? number : number * 1000);
    return ms <= LAST_MS ? ms : NaN;
  }
  const parts = ISO.exec(field);
  if (parts === null) return NaN;
  const [, year = "", month = "", day = "", hour = "00", minute = "00", second = "00", fraction = "", zone = "Z"] =
    parts;
  const offset = zone.endsWith("Z") || zone.endsWith("UTC") ? "Z" : zone.replace(/^(...)(\d\d)$/, "$1:$2");
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, "0")}${offset}`;
  const ms = Date.parse(text);
  // JavaScript takes 30 February for 1 March where the month has at least that number of days elsewhere.
  const exists = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  return exists && ms >= 0 ? ms : NaN;
}
