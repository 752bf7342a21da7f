import {
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
  type DynamoDBClient,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";

/** One piece of work as the `shards` table keys it. */
export interface WorkKey {
  /** Run, e.g. `2026-03-02/9f86d081884c7d65`, or `2026-03-02/train`. */
  readonly runId: string;
  readonly shard: string;
}

/** `mine`: work on it. `done`: somebody has. `taken`: somebody else works on it, until `untilMs` at least. */
export type ClaimOutcome =
  | { readonly kind: "mine"; readonly startedAt: string }
  | { readonly kind: "done" }
  | { readonly kind: "taken"; readonly untilMs: number };

/** Another worker holds the work by now: what we would still write is his to write. */
export class ClaimLostError extends Error {
  constructor({ runId, shard }: WorkKey) {
    super(`${runId} ${shard}: another worker has taken over`);
    this.name = "ClaimLostError";
  }
}

interface Row {
  readonly status?: string;
  readonly owner?: string;
  readonly lease_until?: number;
}

/** Claims on work, kept in the `shards` table: one worker at a time, and a dead one's claim runs out. */
export class Claims {
  constructor(
    private readonly client: Pick<DynamoDBClient, "send">,
    private readonly table: string,
    /** Who claims: unique among all workers. */
    private readonly owner: string,
    private readonly leaseMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Claims work that nobody holds, or whose holder has been silent for a lease. The first claim's time stays. */
  async claim(key: WorkKey): Promise<ClaimOutcome> {
    const now = this.now();
    try {
      const { Attributes = {} } = await this.client.send(
        this.update(key, {
          UpdateExpression:
            "SET #status = :working, #owner = :me, lease_until = :until, " +
            "started_at = if_not_exists(started_at, :started), attempts = if_not_exists(attempts, :zero) + :one",
          ConditionExpression:
            "attribute_not_exists(#status) OR (#status <> :done AND (#owner = :me OR lease_until < :now))",
          values: {
            ":working": "working",
            ":done": "done",
            ":until": now + this.leaseMs,
            ":now": now,
            ":started": new Date(now).toISOString(),
            ":zero": 0,
            ":one": 1,
          },
          ReturnValues: "ALL_NEW",
        }),
      );
      return { kind: "mine", startedAt: String(unmarshall(Attributes)["started_at"]) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const row = await this.read(key);
      if (row?.status === "done") return { kind: "done" };
      return { kind: "taken", untilMs: row?.lease_until ?? now };
    }
  }

  /** Shows a sign of life. @throws ClaimLostError when the claim has run out and somebody else holds it. */
  renew(key: WorkKey): Promise<void> {
    return this.asOwner(key, "SET lease_until = :until", { ":until": this.now() + this.leaseMs });
  }

  /** Records how far the work is. @throws ClaimLostError likewise. */
  progress(key: WorkKey, done: number, of: number): Promise<void> {
    return this.asOwner(key, "SET progress = :done, size = :of, lease_until = :until", {
      ":done": done,
      ":of": of,
      ":until": this.now() + this.leaseMs,
    });
  }

  /** Records the end. @throws ClaimLostError likewise. */
  finish(key: WorkKey): Promise<void> {
    return this.asOwner(key, "SET #status = :done, finished_at = :at REMOVE lease_until", {
      ":done": "done",
      ":at": new Date(this.now()).toISOString(),
    });
  }

  /** Lets the next worker have it at once. A claim lost before is none to give back. */
  async release(key: WorkKey): Promise<void> {
    await this.asOwner(key, "SET lease_until = :past", { ":past": 0 }).catch((error: unknown) => {
      if (!(error instanceof ClaimLostError)) throw error;
    });
  }

  private async asOwner(key: WorkKey, UpdateExpression: string, values: Record<string, unknown>): Promise<void> {
    const update = this.update(key, {
      UpdateExpression,
      ConditionExpression: "#status = :working AND #owner = :me",
      values: { ...values, ":working": "working" },
    });
    await this.client.send(update).catch((error: unknown) => {
      if (error instanceof ConditionalCheckFailedException) throw new ClaimLostError(key);
      throw error;
    });
  }

  private update(
    key: WorkKey,
    { values, ...rest }: Partial<UpdateItemCommandInput> & { readonly values: Record<string, unknown> },
  ): UpdateItemCommand {
    return new UpdateItemCommand({
      TableName: this.table,
      Key: keyOf(key),
      ExpressionAttributeNames: { "#status": "status", "#owner": "owner" },
      ExpressionAttributeValues: marshall({ ...values, ":me": this.owner }),
      ...rest,
    });
  }

  private async read(key: WorkKey): Promise<Row | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: keyOf(key), ConsistentRead: true }),
    );
    return Item === undefined ? undefined : (unmarshall(Item) as Row);
  }
}

const keyOf = ({ runId, shard }: WorkKey) => marshall({ run_id: runId, shard });
