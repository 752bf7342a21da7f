import type { CallNode, CallPlace } from "../../../../aws/call";
import { at, list, text, UNKNOWN } from "../../../graph";
import type { Value } from "../../../graph";
import { evaluate } from "../policy";
import type { World } from "./world";

/** Property that names the key that encrypts a thing by default, by type. */
const KEYS: Readonly<Record<string, string>> = {
  "aws:sqs/queue:Queue": "kmsMasterKeyId",
  "aws:sns/topic:Topic": "kmsMasterKeyId",
  "aws:kinesis/stream:Stream": "kmsKeyId",
  "aws:dynamodb/table:Table": "serverSideEncryption.kmsKeyArn",
  "aws:cloudwatch/logGroup:LogGroup": "kmsKeyId",
  "aws:secretsmanager/secret:Secret": "kmsKeyId",
};

/** A fleet as the rows of `aws/<service>/calls.ts` ask about it, seen from one region. */
export class FleetPlace implements CallPlace {
  readonly partition: string;
  readonly account: string;
  readonly suffix: string;

  constructor(
    private readonly world: World,
    readonly region: string,
    private readonly shared: Shared = new Shared(world),
  ) {
    ({ partition: this.partition, account: this.account, suffix: this.suffix } = world.place);
  }

  /** The same fleet, seen from another region. */
  in(region: string): FleetPlace {
    return region === this.region ? this : new FleetPlace(this.world, region, this.shared);
  }

  arn(service: string, resource: string, where: { readonly region?: string; readonly account?: string } = {}): string {
    return `arn:${this.partition}:${service}:${where.region ?? this.region}:${where.account ?? this.account}:${resource}`;
  }

  arnOf(node: CallNode): Value {
    return this.world.arn(node) ?? UNKNOWN;
  }

  find(value: Value, ...types: readonly string[]): CallNode | undefined {
    return this.world.findNear(this.region, value, ...types);
  }

  of(...types: readonly string[]): readonly CallNode[] {
    return this.world.of(...types);
  }

  keyOf(value: Value): Value {
    if (value === UNKNOWN) return UNKNOWN;
    const node = this.world.findNear(this.region, value, "aws:s3/bucket:Bucket", ...Object.keys(KEYS));
    if (node === undefined) return undefined;
    const property = KEYS[node.type];
    if (property !== undefined) return this.key(at(node.inputs, property));
    return node.type === "aws:s3/bucket:Bucket" ? this.key(this.shared.bucketKeys.get(node.urn)) : undefined;
  }

  key(value: Value): Value {
    if (value === UNKNOWN) return UNKNOWN;
    if (typeof value !== "string" || value === "" || /(^|:)alias\/aws\//.test(value)) return undefined;
    const alias = this.world.findNear(this.region, value.replace(/^.*:alias\//, "alias/"), "aws:kms/alias:Alias");
    const named = alias === undefined ? value : at(alias.inputs, "targetKeyId");
    const found = this.world.find(named, "aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey");
    if (found !== undefined) return this.world.arn(found);
    return typeof named === "string" && named.startsWith("arn:") ? named : UNKNOWN;
  }

  roleOfProfile(value: Value): Value {
    if (typeof value !== "string") return value === undefined ? undefined : UNKNOWN;
    const profile = this.world.find(value, "aws:iam/instanceProfile:InstanceProfile");
    const role = profile === undefined ? UNKNOWN : at(profile.inputs, "role");
    return this.world.role(role)?.arn ?? UNKNOWN;
  }

  rolesThatMay(action: string, resource: Value): readonly Value[] {
    if (typeof resource !== "string") return [];
    return this.shared.rolesThatMay(action, resource);
  }
}

/** What all regions' views of a fleet share. */
class Shared {
  readonly bucketKeys: ReadonlyMap<string, Value>;
  private readonly allowed = new Map<string, readonly string[]>();

  constructor(private readonly world: World) {
    this.bucketKeys = new Map(
      world
        .of("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")
        .flatMap(({ inputs }): [string, Value][] => {
          const bucket = world.find(at(inputs, "bucket"), "aws:s3/bucket:Bucket");
          const [rule] = list(inputs, "rules");
          const key = at(rule, "applyServerSideEncryptionByDefault.kmsMasterKeyId");
          const kms = (text(rule, "applyServerSideEncryptionByDefault.sseAlgorithm") ?? "").startsWith("aws:kms");
          return bucket === undefined || !kms ? [] : [[bucket.urn, key]];
        }),
    );
  }

  rolesThatMay(action: string, resource: string): readonly string[] {
    const asked = `${action} ${resource}`;
    const known = this.allowed.get(asked);
    if (known !== undefined) return known;
    const found = [...this.world.roles.values()].flatMap(({ arn, identity }) =>
      evaluate({ principal: { kind: "role", arn }, action, resource }, { identity }).kind === "allowed" ? [arn] : [],
    );
    this.allowed.set(asked, found);
    return found;
  }
}
