import type { Finding } from "../../contracts/finding";
import { list, text, UNKNOWN, isSet, at } from "../value";
import type { Properties } from "../value";
import { absent, amount, given, on, parts, regionIn, repeated, when, whole, wrong } from "../rules/find";
import type { PropertyRule } from "../rules/rule";

const TABLE = "aws:dynamodb/table:Table";
const GLOBAL_TABLES =
  "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_reqs_bestpractices.html";
const STRONG =
  "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/multi-region-strong-consistency-gt.html";

const BASE: Properties = {
  attributes: [{ name: "user_key", type: "S" }],
  hashKey: "user_key",
  billingMode: "PAY_PER_REQUEST",
};
const REPLICATED: Properties = { ...BASE, streamEnabled: true, streamViewType: "NEW_AND_OLD_IMAGES" };
const INDEX: Properties = { name: "by-user", hashKey: "user_key", projectionType: "ALL" };

const isStrong = (inputs: Properties): boolean =>
  parts(inputs, "replicas").some(({ block }) => text(block, "consistencyMode") === "STRONG");

/** Names of all key attributes; undefined when one of them is unknown. */
function keys(inputs: Properties): readonly string[] | undefined {
  const indexes = [...list(inputs, "globalSecondaryIndexes"), ...list(inputs, "localSecondaryIndexes")];
  const named: string[] = [];
  for (const holder of [inputs, ...indexes]) {
    if (holder === UNKNOWN || given(holder, "keySchemas") || given(holder, "hashKeys")) return undefined;
    for (const key of ["hashKey", "rangeKey"]) {
      const name = text(holder, key);
      if (name !== undefined) named.push(name);
      else if (isSet(at(holder, key))) return undefined;
    }
  }
  return named;
}

function capacity(inputs: Properties, at_: string, provisioned: boolean): readonly Finding[] {
  const under = at_ === "" ? "" : `${at_}.`;
  return ["readCapacity", "writeCapacity"].flatMap((name) => {
    const path = `${under}${name}`;
    const units = amount(inputs, path);
    if (provisioned && (absent(inputs, path) || units === 0))
      return wrong(inputs, path, "at least 1, in mode PROVISIONED");
    return when(!provisioned && (units ?? 0) > 0, inputs, path, "nothing, in mode PAY_PER_REQUEST");
  });
}

/** DynamoDB. */
export const rules: readonly PropertyRule[] = [
  {
    id: "dynamodb-attributes-are-keys",
    types: [TABLE],
    title: "The attributes that are defined are exactly those of the table's and the indexes' keys",
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html",
    check(inputs) {
      const wanted = keys(inputs);
      const defined = parts(inputs, "attributes").map(({ block }) => text(block, "name"));
      if (wanted === undefined || !whole(inputs, "attributes") || defined.includes(undefined)) return [];
      const same =
        wanted.every((name) => defined.includes(name)) && defined.every((name) => wanted.includes(name ?? ""));
      return when(!same, inputs, "attributes", [...new Set(wanted)].join(", "), defined.join(", ") || "nothing");
    },
    failing: [
      {
        ...BASE,
        attributes: [
          { name: "user_key", type: "S" },
          { name: "score", type: "N" },
        ],
      },
      { ...BASE, rangeKey: "model_version" },
    ],
    passing: [BASE],
  },
  {
    id: "dynamodb-capacity-by-mode",
    types: [TABLE],
    title: "A provisioned table and its indexes have capacity, on-demand ones have none",
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html",
    check(inputs) {
      const mode = absent(inputs, "billingMode") ? "PROVISIONED" : text(inputs, "billingMode");
      if (mode === undefined) return [];
      const provisioned = mode === "PROVISIONED";
      const indexes = parts(inputs, "globalSecondaryIndexes").map(({ path }) => path);
      return ["", ...indexes].flatMap((path) => capacity(inputs, path, provisioned));
    },
    failing: [
      { ...BASE, billingMode: "PROVISIONED", readCapacity: 5 },
      { ...BASE, readCapacity: 5 },
      { ...BASE, globalSecondaryIndexes: [{ ...INDEX, readCapacity: 5 }] },
    ],
    passing: [{ ...BASE, billingMode: "PROVISIONED", readCapacity: 5, writeCapacity: 5 }],
  },
  {
    id: "dynamodb-index-projection",
    types: [TABLE],
    title: "An index names further attributes exactly when it projects INCLUDE",
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Projection.html",
    check: (inputs) =>
      ["globalSecondaryIndexes", "localSecondaryIndexes"].flatMap((indexes) =>
        parts(inputs, indexes).flatMap(({ path, block }) => {
          const type = text(block, "projectionType");
          const names = `${path}.nonKeyAttributes`;
          if (type === "INCLUDE" && absent(inputs, names))
            return wrong(inputs, names, "names of attributes, with INCLUDE");
          const broken = type !== undefined && type !== "INCLUDE" && given(inputs, names);
          return when(broken, inputs, names, `nothing, with ${type ?? ""}`);
        }),
      ),
    failing: [
      { ...BASE, globalSecondaryIndexes: [{ ...INDEX, projectionType: "INCLUDE" }] },
      { ...BASE, globalSecondaryIndexes: [{ ...INDEX, nonKeyAttributes: ["score"] }] },
    ],
    passing: [
      { ...BASE, globalSecondaryIndexes: [{ ...INDEX, projectionType: "INCLUDE", nonKeyAttributes: ["score"] }] },
    ],
  },
  {
    id: "dynamodb-local-indexes",
    types: [TABLE],
    title: "At most five local indexes, and only on a table with a sort key",
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html",
    check(inputs) {
      const count = list(inputs, "localSecondaryIndexes").length;
      return [
        ...when(count > 0 && absent(inputs, "rangeKey"), inputs, "rangeKey", "a sort key, with local indexes"),
        ...when(count > 5, inputs, "localSecondaryIndexes", "at most 5", String(count)),
      ];
    },
    failing: [
      {
        ...BASE,
        attributes: [...list(BASE, "attributes"), { name: "score", type: "N" }],
        localSecondaryIndexes: [{ name: "by-score", rangeKey: "score", projectionType: "ALL" }],
      },
    ],
    passing: [
      {
        ...BASE,
        attributes: [...list(BASE, "attributes"), { name: "score", type: "N" }, { name: "model_version", type: "S" }],
        rangeKey: "model_version",
        localSecondaryIndexes: [{ name: "by-score", rangeKey: "score", projectionType: "ALL" }],
      },
    ],
  },
  {
    id: "dynamodb-stream-view",
    types: [TABLE],
    title: "A stream says what it carries, and nothing is said where there is none",
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html",
    check(inputs) {
      if (on(inputs, "streamEnabled") && absent(inputs, "streamViewType"))
        return wrong(inputs, "streamViewType", "a view, with the stream on");
      return when(
        at(inputs, "streamEnabled") === false && given(inputs, "streamViewType"),
        inputs,
        "streamViewType",
        "nothing, with the stream off",
      );
    },
    failing: [
      { ...BASE, streamEnabled: true },
      { ...BASE, streamEnabled: false, streamViewType: "KEYS_ONLY" },
    ],
    passing: [{ ...BASE, streamEnabled: true, streamViewType: "KEYS_ONLY" }],
  },
  {
    id: "dynamodb-replica-stream",
    types: [TABLE],
    title: "A table with replicas streams new and old images",
    source: GLOBAL_TABLES,
    check(inputs) {
      const view = text(inputs, "streamViewType");
      const replicated = list(inputs, "replicas").length > 0 && whole(inputs, "replicas") && !isStrong(inputs);
      const broken = at(inputs, "streamEnabled") === false || (view !== undefined && view !== "NEW_AND_OLD_IMAGES");
      return when(replicated && broken, inputs, "streamViewType", "NEW_AND_OLD_IMAGES, with replicas");
    },
    failing: [{ ...REPLICATED, streamViewType: "KEYS_ONLY", replicas: [{ regionName: "us-west-2" }] }],
    passing: [{ ...REPLICATED, replicas: [{ regionName: "us-west-2" }] }],
  },
  {
    id: "dynamodb-replica-regions",
    types: [TABLE],
    title: "Each replica stands in a region of its own, which is not the table's",
    source: GLOBAL_TABLES,
    check(inputs, { region }) {
      const replicas = parts(inputs, "replicas");
      const regions = replicas.flatMap(({ block }) => text(block, "regionName") ?? []);
      const twice = repeated([region, ...regions]);
      return when(twice.length > 0, inputs, "replicas", `other regions than ${region}, each once`, regions.join(", "));
    },
    failing: [
      { ...REPLICATED, replicas: [{ regionName: "us-east-1" }] },
      { ...REPLICATED, replicas: [{ regionName: "us-west-2" }, { regionName: "us-west-2" }] },
    ],
    passing: [{ ...REPLICATED, replicas: [{ regionName: "us-west-2" }, { regionName: "us-east-2" }] }],
  },
  {
    id: "dynamodb-replica-keys",
    types: [TABLE],
    title: "A key of one's own is given for all replicas or for none, and then for the table as well",
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html",
    check(inputs) {
      if (!whole(inputs, "replicas")) return [];
      const replicas = parts(inputs, "replicas");
      const keyless = replicas.filter(({ block }) => absent(block, "kmsKeyArn"));
      if (keyless.length === replicas.length) {
        const own =
          given(inputs, "serverSideEncryption.kmsKeyArn") || at(inputs, "serverSideEncryption.kmsKeyArn") === UNKNOWN;
        return keyless.flatMap(({ path }) => when(own, inputs, `${path}.kmsKeyArn`, "a key, as the table has one"));
      }
      return [
        ...keyless.flatMap(({ path }) => wrong(inputs, `${path}.kmsKeyArn`, "a key, as other replicas have one")),
        ...when(
          absent(inputs, "serverSideEncryption.kmsKeyArn"),
          inputs,
          "serverSideEncryption.kmsKeyArn",
          "a key, as the replicas have one",
        ),
      ];
    },
    failing: [
      {
        ...REPLICATED,
        serverSideEncryption: { enabled: true, kmsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/a" },
        replicas: [
          { regionName: "us-west-2", kmsKeyArn: "arn:aws:kms:us-west-2:111122223333:key/b" },
          { regionName: "us-east-2" },
        ],
      },
      { ...REPLICATED, replicas: [{ regionName: "us-west-2", kmsKeyArn: "arn:aws:kms:us-west-2:111122223333:key/b" }] },
    ],
    passing: [
      {
        ...REPLICATED,
        serverSideEncryption: { enabled: true, kmsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/a" },
        replicas: [{ regionName: "us-west-2", kmsKeyArn: "arn:aws:kms:us-west-2:111122223333:key/b" }],
      },
    ],
  },
  {
    id: "dynamodb-replica-key-region",
    types: [TABLE],
    title: "A table's and a replica's key stand in its own region",
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html",
    check: (inputs, { region }) =>
      [
        { path: "serverSideEncryption.kmsKeyArn", here: region },
        ...parts(inputs, "replicas").map(({ path, block }) => ({
          path: `${path}.kmsKeyArn`,
          here: text(block, "regionName"),
        })),
      ].flatMap(({ path, here }) => {
        const key = regionIn(text(inputs, path));
        return when(key !== undefined && here !== undefined && key !== here, inputs, path, `a key in ${here ?? ""}`);
      }),
    failing: [
      {
        ...REPLICATED,
        serverSideEncryption: { enabled: true, kmsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/a" },
        replicas: [{ regionName: "us-west-2", kmsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/a" }],
      },
    ],
    passing: [
      { ...BASE, serverSideEncryption: { enabled: true, kmsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/a" } },
    ],
  },
  {
    id: "dynamodb-strong-consistency",
    types: [TABLE],
    title: "Strong consistency takes exactly three regions, one of which may be a witness",
    source: STRONG,
    check(inputs) {
      if (!isStrong(inputs) || !whole(inputs, "replicas")) return [];
      const replicas = parts(inputs, "replicas");
      const regions = 1 + replicas.length + list(inputs, "globalTableWitness").length;
      const mixed = replicas.filter(({ block }) => text(block, "consistencyMode") !== "STRONG");
      return [
        ...when(regions !== 3, inputs, "replicas", "three regions, the table's own among them", String(regions)),
        ...mixed.flatMap(({ path }) => wrong(inputs, `${path}.consistencyMode`, "STRONG, like the others")),
      ];
    },
    failing: [{ ...BASE, replicas: [{ regionName: "us-west-2", consistencyMode: "STRONG" }] }],
    passing: [
      {
        ...BASE,
        replicas: [
          { regionName: "us-west-2", consistencyMode: "STRONG" },
          { regionName: "us-east-2", consistencyMode: "STRONG" },
        ],
      },
    ],
  },
  {
    id: "dynamodb-strong-without",
    types: [TABLE],
    title: "A strongly consistent table has neither expiry nor local indexes",
    source: STRONG,
    check: (inputs) =>
      isStrong(inputs)
        ? [
            ...when(on(inputs, "ttl.enabled"), inputs, "ttl.enabled", "false, with strong consistency"),
            ...when(
              given(inputs, "localSecondaryIndexes"),
              inputs,
              "localSecondaryIndexes",
              "none, with strong consistency",
            ),
          ]
        : [],
    failing: [
      {
        ...BASE,
        ttl: { enabled: true, attributeName: "expires_at" },
        replicas: [
          { regionName: "us-west-2", consistencyMode: "STRONG" },
          { regionName: "us-east-2", consistencyMode: "STRONG" },
        ],
      },
    ],
    passing: [{ ...BASE, ttl: { enabled: true, attributeName: "expires_at" } }],
  },
  {
    id: "dynamodb-ttl-attribute",
    types: [TABLE],
    title: "Expiry names the attribute that holds the time",
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TimeToLiveSpecification.html",
    check: (inputs) =>
      when(
        on(inputs, "ttl.enabled") && absent(inputs, "ttl.attributeName"),
        inputs,
        "ttl.attributeName",
        "an attribute",
      ),
    failing: [{ ...BASE, ttl: { enabled: true } }],
    passing: [{ ...BASE, ttl: { enabled: true, attributeName: "expires_at" } }],
  },
];
