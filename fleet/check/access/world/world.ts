import { managedPolicy } from "../../../../aws/iam/managed-policies";
import { at, list, stackOfUrn, text, UNKNOWN } from "../../../graph";
import type { FleetGraph, GraphNode, Value } from "../../../graph";
import { arnParts, compileDocument } from "../policy";
import type { Document, Grant, Layer, Layers, Origin, Principal, Request, Text } from "../policy";
import { arnOf } from "./identifiers";
import type { ArnContext } from "./identifiers";
import { RESOURCE_POLICIES, invokePermission } from "./resource-policies";

/** A role with all that limits it. */
export interface Role {
  readonly node: GraphNode;
  readonly arn: string;
  readonly identity: readonly Document[];
  readonly boundary: Document | undefined;
}

/** The deployer's name in questions: whoever applies the stacks, an administrator of the account. */
export const DEPLOYER = "deployer";

/** Principals and resources of a fleet with their policies, as the account would have them after a first `up`. */
export class World {
  readonly place: ArnContext;
  readonly roles: ReadonlyMap<string, Role>;
  private readonly byArn = new Map<string, GraphNode>();
  private readonly byName = new Map<string, GraphNode>();
  private readonly byType = new Map<string, GraphNode[]>();
  private readonly arns = new Map<string, string>();
  private readonly resourcePolicies = new Map<string, Document[]>();
  private readonly holders = new Map<string, string>();
  private readonly trusts = new Map<string, Document>();
  private readonly grants = new Map<string, Grant[]>();
  private readonly aliases = new Map<string, string[]>();
  private readonly endpoints = new Map<string, Document>();
  private readonly others = new Map<string, readonly Document[]>();

  /** @param graph recorded with identifiers, so that documents that name them are known. */
  constructor(graph: FleetGraph, place: ArnContext) {
    this.place = place;
    for (const node of graph.nodes) this.index(node);
    this.roles = this.readRoles();
    this.readResourcePolicies();
    this.readKeys();
    this.readEndpoints();
  }

  private index(node: GraphNode): void {
    const same = this.byType.get(node.type);
    if (same === undefined) this.byType.set(node.type, [node]);
    else same.push(node);
    const arn = arnOf(node, this.place);
    if (arn !== undefined) {
      this.arns.set(node.urn, arn);
      this.byArn.set(arn, node);
    }
    for (const name of namesOf(node, arn)) {
      this.byName.set(`${node.type} ${name}`, node);
      this.byName.set(`${node.type} ${name} ${node.region}`, node);
    }
  }

  of(...types: readonly string[]): readonly GraphNode[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /** ARN that AWS gives a resource; undefined for what has none. */
  arn({ urn }: { readonly urn: string }): string | undefined {
    return this.arns.get(urn);
  }

  /** The resource that an ARN, a name, a queue's address or an S3 address names, of any type or of these. */
  find(value: Value, ...types: readonly string[]): GraphNode | undefined {
    return this.findNear("", value, ...types);
  }

  /** The same, of a region where several regions have the name. */
  findNear(region: string, value: Value, ...types: readonly string[]): GraphNode | undefined {
    if (typeof value !== "string") return undefined;
    if (value.startsWith("arn:")) {
      const found = this.byArn.get(ownerOf(value)) ?? this.byArn.get(value);
      return found !== undefined && (types.length === 0 || types.includes(found.type)) ? found : undefined;
    }
    const [, bucket] = /^s3:\/\/([^/]+)/.exec(value) ?? [];
    if (bucket !== undefined) return this.byName.get(`aws:s3/bucket:Bucket ${bucket}`);
    const name = value.startsWith("https://") ? (value.split("/").at(-1) ?? "") : value;
    for (const type of types) {
      const found = this.byName.get(`${type} ${name} ${region}`) ?? this.byName.get(`${type} ${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** ARN of the resource of a service that has a name, where only one has it. */
  named(name: string, service: string): string | undefined {
    const found = [...this.byType.keys()].flatMap((type) => {
      const node = this.findNear("", name, type);
      const arn = node === undefined ? undefined : this.arns.get(node.urn);
      return arn !== undefined && arn.split(":")[2] === service ? [arn] : [];
    });
    const [only, ...more] = new Set(found);
    return more.length === 0 ? only : undefined;
  }

  /** ARN of the key of an alias; undefined when no stack makes it. */
  keyOfAlias(alias: string): string | undefined {
    return [...this.aliases].find(([, names]) => names.includes(alias))?.[0];
  }

  /** A role by ARN or name. */
  role(value: Value): Role | undefined {
    if (typeof value !== "string") return undefined;
    return this.roles.get(value) ?? this.roles.get(this.roleArn(value));
  }

  private roleArn(name: string): string {
    return `arn:${this.place.partition}:iam::${this.place.account}:role/${name}`;
  }

  get deployer(): Principal {
    return { kind: "role", arn: this.roleArn(DEPLOYER) };
  }

  /** The principal that a text names: an ARN, a role's name or a part of it that only one has, a service, or `deployer`. */
  principal(given: string): Principal | { readonly candidates: readonly string[] } {
    if (given === DEPLOYER) return this.deployer;
    if (given.startsWith("arn:")) {
      if (given.endsWith(":root")) return { kind: "root", account: arnParts(given)?.[3] ?? "" };
      return given.includes(":user/") ? { kind: "user", arn: given } : { kind: "role", arn: given };
    }
    if (/\.amazonaws\.(com(\.cn)?|eu)$/.test(given)) return { kind: "service", names: [given] };
    const exact = this.role(given);
    if (exact !== undefined) return { kind: "role", arn: exact.arn };
    const alike = [...this.roles.keys()].filter((arn) => (arn.split("/").at(-1) ?? "").includes(given));
    const [only] = alike;
    return alike.length === 1 && only !== undefined ? { kind: "role", arn: only } : { candidates: alike };
  }

  /** The policies that a request is held against. */
  layersFor({ principal, action, resource }: Request, fromVpcOf?: string): Layers {
    const layers: { -readonly [K in keyof Layers]: Layers[K] } = {};
    if (principal.kind === "role" && principal.arn !== UNKNOWN) {
      const role = this.roles.get(principal.arn);
      layers.identity = role?.identity ?? this.identityOf(principal.arn);
      if (role?.boundary !== undefined) layers.boundary = role.boundary;
    } else if (principal.kind === "role") {
      layers.identity = [compileDocument(UNKNOWN, { name: "a role that only AWS knows", urn: "" })];
    }
    if (resource !== UNKNOWN) {
      const owner = ownerOf(resource);
      const trust = action.startsWith("sts:") ? this.trusts.get(resource) : undefined;
      const policies = trust === undefined ? this.resourcePolicies.get(owner) : [trust];
      if (policies !== undefined) layers.resource = policies;
      const grants = this.grants.get(owner);
      if (grants !== undefined) layers.grants = grants;
    }
    if (fromVpcOf !== undefined) {
      const endpoint = this.endpoints.get(`${fromVpcOf} ${action.split(":", 1)[0] ?? ""}`);
      if (endpoint !== undefined) layers.endpoint = endpoint;
    }
    return layers;
  }

  /** Policies of a role that no stack makes, compiled once. */
  private identityOf(arn: string): readonly Document[] {
    const known = this.others.get(arn) ?? this.identityOfOthers(arn);
    this.others.set(arn, known);
    return known;
  }

  /** The deployer is an administrator; of a role that a service made for itself AWS publishes the policy. */
  private identityOfOthers(arn: string): readonly Document[] {
    if (arn === this.roleArn(DEPLOYER)) {
      const everything = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
      return [compileDocument(everything, { name: "AdministratorAccess", urn: "" })];
    }
    if (arn.endsWith("/AWSServiceRoleForAutoScaling")) {
      const managed = `arn:${this.place.partition}:iam::aws:policy/aws-service-role/AutoScalingServiceRolePolicy`;
      return [compileDocument(managedPolicy(managed), { name: managed, urn: "" })];
    }
    return [compileDocument(UNKNOWN, { name: `policies of ${arn}`, urn: "" })];
  }

  /** Aliases of a key: condition key `kms:ResourceAliases`. */
  aliasesOf(keyArn: Text): Text | readonly string[] {
    return keyArn === UNKNOWN ? UNKNOWN : (this.aliases.get(keyArn) ?? []);
  }

  /** URN of the resource whose document would contain what a layer lacks: the policy, else the resource itself. */
  holderOf(layer: Layer, { principal, action, resource }: Request): string {
    if (layer === "scp" || layer === "rcp" || layer === "session") return "";
    if (layer === "identity" || layer === "boundary") {
      const role = principal.kind === "role" && principal.arn !== UNKNOWN ? this.roles.get(principal.arn) : undefined;
      const own = role?.identity.find(({ origin }) => origin.urn !== "")?.origin.urn;
      return own ?? role?.node.urn ?? "";
    }
    if (resource === UNKNOWN) return "";
    if (action.startsWith("sts:")) return this.byArn.get(resource)?.urn ?? "";
    const owner = ownerOf(resource);
    return this.holders.get(owner) ?? this.byArn.get(owner)?.urn ?? "";
  }

  private readRoles(): ReadonlyMap<string, Role> {
    const attached = new Map<string, Document[]>();
    const add = (role: Value, document: Document): void => {
      if (typeof role !== "string") return;
      const arn = role.startsWith("arn:") ? role : this.roleArn(role);
      attached.set(arn, [...(attached.get(arn) ?? []), document]);
    };
    for (const node of this.of("aws:iam/rolePolicy:RolePolicy")) {
      add(at(node.inputs, "role"), compileDocument(at(node.inputs, "policy"), originOf("policy", node)));
    }
    for (const node of this.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")) {
      add(at(node.inputs, "role"), this.policyByArn(at(node.inputs, "policyArn"), node));
    }
    const roles = new Map<string, Role>();
    for (const node of this.of("aws:iam/role:Role")) {
      const arn = this.arn(node);
      if (arn === undefined) continue;
      const inline = list(node.inputs, "inlinePolicies").map((one) =>
        compileDocument(at(one, "policy"), originOf("inline policy", node)),
      );
      const managed = list(node.inputs, "managedPolicyArns").map((one) => this.policyByArn(one, node));
      const boundary = at(node.inputs, "permissionsBoundary");
      roles.set(arn, {
        node,
        arn,
        identity: [...(attached.get(arn) ?? []), ...inline, ...managed],
        boundary: boundary === undefined || boundary === null ? undefined : this.policyByArn(boundary, node),
      });
      this.trusts.set(arn, compileDocument(at(node.inputs, "assumeRolePolicy"), originOf("trust policy", node)));
    }
    return roles;
  }

  private policyByArn(arn: Value, attachment: GraphNode): Document {
    if (typeof arn !== "string") return compileDocument(UNKNOWN, originOf("attached policy", attachment));
    const own = this.find(arn, "aws:iam/policy:Policy");
    if (own !== undefined) return compileDocument(at(own.inputs, "policy"), originOf("policy", own));
    return compileDocument(managedPolicy(arn) ?? UNKNOWN, { name: arn, urn: "" });
  }

  private readResourcePolicies(): void {
    for (const { type, of, policy, default: unset } of RESOURCE_POLICIES) {
      for (const node of this.of(type)) {
        const owner = of(node, this);
        if (owner === undefined) continue;
        const given = at(node.inputs, policy);
        const document = given === undefined || given === null ? unset?.(this.place) : given;
        if (document === undefined) continue;
        const before = this.resourcePolicies.get(owner);
        // A policy of its own takes the place of the default one.
        const kept = unset === undefined && this.holders.get(owner) === "" ? [] : (before ?? []);
        this.resourcePolicies.set(owner, [...kept, compileDocument(document, originOf("policy", node))]);
        this.holders.set(owner, given === undefined || given === null ? "" : node.urn);
      }
    }
    for (const node of this.of("aws:lambda/permission:Permission")) {
      const found = this.find(at(node.inputs, "function"), "aws:lambda/function:Function");
      const owner = found === undefined ? undefined : this.arn(found);
      if (owner === undefined) continue;
      const document = compileDocument(invokePermission(node, owner), originOf("permission", node));
      this.resourcePolicies.set(owner, [...(this.resourcePolicies.get(owner) ?? []), document]);
    }
    for (const [owner, urn] of this.holders) if (urn === "") this.holders.delete(owner);
  }

  private readKeys(): void {
    for (const node of this.of("aws:kms/alias:Alias")) {
      const key = this.find(at(node.inputs, "targetKeyId"), "aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey");
      const arn = key === undefined ? undefined : this.arn(key);
      const name = text(node.inputs, "name");
      if (arn !== undefined && name !== undefined) this.aliases.set(arn, [...(this.aliases.get(arn) ?? []), name]);
    }
    for (const node of this.of("aws:kms/grant:Grant")) {
      const key = this.find(at(node.inputs, "keyId"), "aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey");
      const arn = key === undefined ? undefined : this.arn(key);
      if (arn !== undefined) this.grants.set(arn, [...(this.grants.get(arn) ?? []), grantOf(node)]);
    }
  }

  private readEndpoints(): void {
    for (const node of this.of("aws:ec2/vpcEndpoint:VpcEndpoint")) {
      const policy = at(node.inputs, "policy");
      const service = endpointService(text(node.inputs, "serviceName") ?? "");
      if (policy === undefined || policy === null || service === undefined) continue;
      this.endpoints.set(`${node.region} ${service}`, compileDocument(policy, originOf("policy", node)));
    }
  }
}

function originOf(what: string, node: GraphNode): Origin {
  const [, kind = ""] = node.type.split(":");
  return { name: `${what} of ${kind.split("/").at(-1) ?? kind} ${node.name} (${stackOfUrn(node.urn)})`, urn: node.urn };
}

/** Names of a resource, and the id of what has one: the last part of its ARN. */
function* namesOf({ inputs }: GraphNode, arn: string | undefined): Generator<string> {
  if (arn !== undefined) yield arn.split("/").at(-1) ?? arn;
  for (const property of NAMES) {
    const name = text(inputs, property);
    if (name !== undefined) yield name;
  }
}

const NAMES = ["name", "bucket", "domainName", "clusterIdentifier", "replicationGroupId", "functionName"];

/** Service of an endpoint's name, as actions spell it: `com.amazonaws.<region>.<service>`. */
function endpointService(name: string): string | undefined {
  const [, service = ""] = /^(?:cn\.)?com\.amazonaws\.[^.]+\.(.+)$/.exec(name) ?? [];
  const spelled: Readonly<Record<string, string>> = {
    "kinesis-streams": "kinesis",
    "kinesis-firehose": "firehose",
    "ecr.api": "ecr",
    "sagemaker.api": "sagemaker",
    monitoring: "cloudwatch",
  };
  return service === "" ? undefined : (spelled[service] ?? service);
}

function grantOf(node: GraphNode): Grant {
  const [constraint] = list(node.inputs, "constraints");
  const exact = at(constraint, "encryptionContextEquals");
  const subset = at(constraint, "encryptionContextSubset");
  const pairs = exact ?? subset;
  return {
    urn: node.urn,
    name: text(node.inputs, "name") ?? node.name,
    grantee: textOr(at(node.inputs, "granteePrincipal")),
    operations: list(node.inputs, "operations").map(textOr),
    ...(pairs === undefined || pairs === null || typeof pairs !== "object"
      ? {}
      : {
          encryptionContext: {
            exact: exact !== undefined,
            pairs: Object.fromEntries(Object.entries(pairs).map(([key, value]) => [key, textOr(value)])),
          },
        }),
  };
}

function textOr(value: Value): Text {
  return typeof value === "string" ? value : UNKNOWN;
}

/**
 * ARN of the resource whose policy counts for a resource: the bucket of an object, the table of an index. Log groups have
 * policies of the account in the region.
 */
export function ownerOf(arn: string): string {
  const [partition, service, region, account, resource] = arnParts(arn) ?? [];
  if (partition === undefined || resource === undefined) return arn;
  const owned = (part: string): string => `arn:${partition}:${service}:${region}:${account}:${part}`;
  switch (service) {
    case "s3":
      return owned(resource.split("/", 1)[0] ?? "");
    case "logs":
      return owned("*");
    case "lambda":
      return owned(resource.split(":").slice(0, 2).join(":"));
    case "dynamodb":
    case "kinesis":
    case "es":
      return owned(resource.split("/").slice(0, 2).join("/"));
    default:
      return arn;
  }
}
