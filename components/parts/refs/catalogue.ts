import * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../../kit/arn";
import type { Grant } from "../../kit/grant";
import type { Allow } from "../../kit/iam";
import type { Scope } from "../../kit/scope";
import type { KeyRef } from "./key";

/** The region's Glue database in the encrypted catalogue of the account. */
export class CatalogueRef {
  readonly databaseName: string;
  readonly #scope: Scope;
  readonly #key: KeyRef;

  constructor(scope: Scope, named: { readonly databaseName: string; readonly key: KeyRef }) {
    this.#scope = scope;
    this.databaseName = named.databaseName;
    this.#key = named.key;
  }

  /** Database, tables and partitions, as Redshift Spectrum and Athena read them. */
  allowRead(): Grant {
    const actions = ["glue:GetDatabase", "glue:GetPartition", "glue:GetPartitions", "glue:GetTable", "glue:GetTables"];
    return this.#grant([this.#tables("ReadCatalogue", actions, ["*"])], "decrypt");
  }

  /** Columns of one table, as Firehose's record conversion reads them. */
  allowReadColumns(table: pulumi.Input<string>): Grant {
    const actions = ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"];
    return this.#grant([this.#tables("ReadColumns", actions, [table])], "decrypt");
  }

  /** Adds days to the given tables: docs.aws.amazon.com/glue/latest/dg/encrypt-glue-data-catalog.html */
  allowRegister(...tables: readonly [string, ...string[]]): Grant {
    return this.#grant([this.#tables("RegisterPartitions", ["glue:BatchCreatePartition"], tables)], "encrypt");
  }

  /** What a job with Glue as its metastore asks for: its tables and their partitions, and to add to them. */
  allowMetastore(): Grant {
    const actions = [
      "glue:BatchCreatePartition",
      "glue:GetDatabase",
      "glue:GetPartition",
      "glue:GetPartitions",
      "glue:GetTable",
    ];
    return this.#grant([this.#tables("UseCatalogue", actions, ["*"])], "encrypt");
  }

  #tables(sid: string, actions: readonly string[], tables: readonly pulumi.Input<string>[]): Allow {
    const glue = (path: string): string => arnOf(this.#scope, "glue", path);
    return {
      sid,
      actions,
      resources: [
        glue("catalog"),
        glue(`database/${this.databaseName}`),
        ...tables.map((table) => pulumi.interpolate`${glue(`table/${this.databaseName}/`)}${table}`),
      ],
    };
  }

  #grant(allow: readonly Allow[], use: "decrypt" | "encrypt"): Grant {
    const key =
      use === "decrypt"
        ? this.#key.allowDecrypt("glue")
        : this.#key.allowUse("Encrypt", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], "glue");
    return { allow: [...allow, key], address: this.databaseName };
  }
}
