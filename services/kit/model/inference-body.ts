import { z } from "zod";
import type { ScoredItem } from "../../../contracts/tables/records";
import { HttpError } from "../http/server";

/** What the model server reads and writes. */
export const BODY_TYPES = ["application/json", "text/csv"] as const;
export type BodyType = (typeof BODY_TYPES)[number];

/** Instances in one request. */
export const MAX_INSTANCES = 1000;

/** Longest list of one instance. */
export const MAX_LIST = 500;

/** Items in one rule. */
export const MAX_RULE_ITEMS = 10_000;

const id = z.string().min(1).max(256);
const limit = z.int().min(1).max(MAX_LIST).default(10);
const ids = z.array(id).max(MAX_RULE_ITEMS).optional();
/** Business rules of one list: items that are not to be in it, and, where given, the only ones that may. */
const rules = { exclude: ids, only: ids };
const userInstance = z.strictObject({
  user_key: id,
  limit,
  ...rules,
  /** Given: these items are ranked, nothing else is looked for. */
  items: z.array(id).min(1).max(MAX_LIST).optional(),
});
const itemInstance = z.strictObject({ item_id: id, limit, ...rules });
const requestSchema = z.object({
  instances: z
    .array(z.union([userInstance, itemInstance]))
    .min(1)
    .max(MAX_INSTANCES),
});

/** One question: a user's items, a user's order of given items, or the items most like one. */
export type Instance = z.infer<typeof userInstance> | z.infer<typeof itemInstance>;

/** The same as a caller writes it, with defaults left out. */
export type InstanceInput = z.input<typeof userInstance> | z.input<typeof itemInstance>;

/** One answer, in the order of the questions. `known` is false where the items are popular ones instead. */
export type Prediction = ({ readonly user_key: string } | { readonly item_id: string }) & {
  readonly known: boolean;
  readonly items: readonly ScoredItem[];
};

export interface PredictionDocument {
  readonly predictions: readonly Prediction[];
  readonly model_version: string;
  readonly variant: string;
}

/**
 * The questions in a request's body. JSON: `{"instances": [...]}`. CSV, as SageMaker's own algorithms take it without a
 * heading: `user_key` or `user_key,limit` a line.
 * @throws HttpError 400 saying what is wrong, and where.
 */
export function readInstances(body: Buffer, type: BodyType): Instance[] {
  const parsed = requestSchema.safeParse(type === "text/csv" ? fromCsv(textOf(body)) : fromJson(textOf(body)));
  if (!parsed.success) throw new HttpError(400, z.prettifyError(parsed.error));
  return parsed.data.instances;
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new HttpError(400, "the body is not UTF-8");
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, "the body is not JSON");
  }
}

function fromCsv(text: string): unknown {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return {
    instances: lines.map((line, index) => {
      const fields = /^("(?:[^"]|"")*"|[^",]*)(?:,(\d{1,9}))?$/.exec(line);
      if (fields === null) throw new HttpError(400, `line ${index + 1}: want user_key or user_key,limit`);
      const [, key = "", count] = fields;
      const user_key = key.startsWith('"') ? key.slice(1, -1).replaceAll('""', '"') : key;
      return { user_key, ...(count === undefined ? {} : { limit: Number(count) }) };
    }),
  };
}

/** The answer's type by the request's `Accept`. @throws HttpError 406 when it takes neither. */
export function answerType(accept: string | undefined, request: BodyType): BodyType {
  const wanted = (accept ?? "").split(",").map((part) => (part.split(";")[0] ?? "").trim().toLowerCase());
  if (wanted.some((type) => ["", "*/*"].includes(type))) return request;
  const found = BODY_TYPES.find((type) => wanted.includes(type) || wanted.includes(`${type.split("/")[0] ?? ""}/*`));
  if (found === undefined) throw new HttpError(406, `want accept of ${BODY_TYPES.join(" or ")}, got ${accept ?? ""}`);
  return found;
}

/** A body's type. @throws HttpError 415 when it is neither. */
export function bodyType(contentType: string | undefined): BodyType {
  const type = (contentType ?? BODY_TYPES[0]).split(";")[0]?.trim().toLowerCase();
  const found = BODY_TYPES.find((known) => known === type);
  if (found === undefined) throw new HttpError(415, `want ${BODY_TYPES.join(" or ")}, got ${type ?? "nothing"}`);
  return found;
}

/** The answer as CSV: one line an item: key, known, rank, item, score, model version, variant. */
export function toCsv({ predictions, model_version, variant }: PredictionDocument): string {
  const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return predictions
    .flatMap((prediction) => {
      const key = field("user_key" in prediction ? prediction.user_key : prediction.item_id);
      return prediction.items.map(
        ({ item_id, score }, place) =>
          `${[key, prediction.known, place + 1, field(item_id), score, model_version, field(variant)].join()}\n`,
      );
    })
    .join("");
}
