import { arnOf } from "../../kit/arn";
import type { Grant } from "../../kit/grant";
import type { Scope } from "../../kit/scope";
import { KeyRef } from "./key";

/** Calls on the items of a table. */
export type TableCall =
  "BatchGetItem" | "BatchWriteItem" | "DescribeTable" | "GetItem" | "PutItem" | "Query" | "UpdateItem";

const READS: ReadonlySet<TableCall> = new Set(["BatchGetItem", "DescribeTable", "GetItem", "Query"]);

/**
 * A DynamoDB table in the scope's region, named by computed names: the foundation owns the global tables, and a region's
 * roles use the replica of their own region under that region's key.
 */
export class TableRef {
  readonly name: string;
  readonly arn: string;
  readonly #key: KeyRef;

  constructor(scope: Scope, named: { readonly name: string; readonly keyAlias: string }) {
    this.name = named.name;
    this.arn = arnOf(scope, "dynamodb", `table/${named.name}`);
    this.#key = KeyRef.byAlias(scope, named.keyAlias);
  }

  /**
   * The given calls. The table's key goes with them, since DynamoDB uses it with the caller's rights
   * (docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html).
   */
  allow(...calls: readonly [TableCall, ...TableCall[]]): Grant {
    const writes = calls.some((call) => !READS.has(call));
    return {
      allow: [
        {
          sid: writes ? "WriteTables" : "ReadTables",
          actions: calls.map((call) => `dynamodb:${call}`),
          resources: [this.arn],
        },
        writes
          ? this.#key.allowUse("Encrypt", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], "dynamodb")
          : this.#key.allowDecrypt("dynamodb"),
      ],
      address: this.name,
    };
  }
}
