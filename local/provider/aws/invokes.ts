import { dnsSuffixOf } from "../../../aws/facts";
import { ProviderError } from "../failures";
import { digest } from "../identity";
import { asList, asText, asTexts, type Props, type Value } from "../values";
import type { AwsLocation } from "./resource";

type Invoke = (args: Props, place: AwsLocation) => Props;

/** Zones that a region is taken to have. The programs name theirs; this is for those that ask. */
const ZONE_LETTERS = ["a", "b", "c"] as const;
/** Policy language version. */
const POLICY_VERSION = "2012-10-17";

/** What programs may ask the provider, by function token. */
const INVOKES: Readonly<Record<string, Invoke>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": (_, { account, partition }) => ({
    id: account,
    accountId: account,
    arn: `arn:${partition}:iam::${account}:root`,
    userId: account,
  }),
  "aws:index/getPartition:getPartition": (_, { partition }) => ({
    id: partition,
    partition,
    dnsSuffix: dnsSuffixOf(partition),
    reverseDnsPrefix: dnsSuffixOf(partition).split(".").reverse().join("."),
  }),
  "aws:index/getRegion:getRegion": (_, { region }) => ({
    id: region,
    name: region,
    region,
    description: region,
    endpoint: `ec2.${region}.amazonaws.com`,
  }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": (args, { region }) => ({
    id: region,
    region,
    state: args["state"] ?? "available",
    names: ZONE_LETTERS.map((letter) => `${region}${letter}`),
    zoneIds: ZONE_LETTERS.map((_, i) => `${region.replace(/(\w\w)-(\w)\w*-(\d)/, "$1$2$3")}-az${i + 1}`),
    groupNames: [region],
  }),
  "aws:iam/getPolicyDocument:getPolicyDocument": (args) => {
    const document = policyDocument(args);
    const json = JSON.stringify(document, undefined, 2);
    return { ...args, id: digest(json).slice(0, 10), json, minifiedJson: JSON.stringify(document) };
  },
  "aws:ec2/getAmi:getAmi": (args, { region, account, partition }) => {
    const id = `ami-0${digest("ami", region, args["filters"] ?? null, args["nameRegex"] ?? null).slice(0, 16)}`;
    return {
      ...args,
      id,
      imageId: id,
      arn: `arn:${partition}:ec2:${region}:${account}:image/${id}`,
      architecture: filterOf(args, "architecture") ?? "x86_64",
      name: filterOf(args, "name") ?? "simulated",
      state: "available",
      rootDeviceName: "/dev/xvda",
      virtualizationType: "hvm",
    };
  },
  "aws:ssm/getParameter:getParameter": (args, { region, account, partition }) => {
    const name = asText(args["name"]) ?? "";
    return {
      ...args,
      id: name,
      arn: `arn:${partition}:ssm:${region}:${account}:parameter/${name.replace(/^\//, "")}`,
      type: "String",
      value: publicParameter(name, region),
      insecureValue: publicParameter(name, region),
      version: 1,
    };
  },
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": (_, { region, account }) => ({
    id: region,
    authorizationToken: Buffer.from("AWS:simulated").toString("base64"),
    expiresAt: "2100-01-01T00:00:00Z",
    password: "simulated",
    proxyEndpoint: `https://${account}.dkr.ecr.${region}.amazonaws.com`,
    userName: "AWS",
  }),
  "aws:ec2/getPrefixList:getPrefixList": (args, { region }) => ({
    ...args,
    id: `pl-${digest("prefix list", region, args["name"] ?? null).slice(0, 8)}`,
    name: args["name"] ?? "",
    cidrBlocks: [],
  }),
  "aws:ec2/getManagedPrefixList:getManagedPrefixList": (args, { region, account, partition }) => {
    const id = `pl-${digest("prefix list", region, args["name"] ?? null).slice(0, 8)}`;
    return {
      ...args,
      id,
      name: args["name"] ?? "",
      addressFamily: "IPv4",
      arn: `arn:${partition}:ec2:${region}:${account}:prefix-list/${id}`,
      entries: [],
      maxEntries: 100,
      ownerId: "AWS",
      version: 1,
    };
  },
  "aws:cloudfront/getCachePolicy:getCachePolicy": managedPolicy("cache-policy"),
  "aws:cloudfront/getOriginRequestPolicy:getOriginRequestPolicy": managedPolicy("origin-request-policy"),
  "aws:cloudfront/getResponseHeadersPolicy:getResponseHeadersPolicy": managedPolicy("response-headers-policy"),
};

/** Function tokens that the provider answers, sorted. */
export function knownInvokes(): readonly string[] {
  return Object.keys(INVOKES).sort();
}

/**
 * Answers a function call of a program. Everything is computed here: no call leaves the process.
 * @throws ProviderError naming the function, when it is none of the table's
 */
export function invoke(token: string, args: Props, place: AwsLocation): Props {
  const answer = INVOKES[token];
  if (answer !== undefined) return answer(args, place);
  throw new ProviderError(
    `the local provider does not know the function ${token}: add it to local/provider/aws/invokes.ts`,
  );
}

function filterOf(args: Props, name: string): string | undefined {
  const filter = asList(args["filters"]).find((one) => one["name"] === name);
  return filter === undefined ? undefined : asTexts(filter["values"])[0];
}

/** AWS's public parameters: an image id where the path is one of images, else the look of a value. */
function publicParameter(name: string, region: string): string {
  const image = /ami|image_id/.test(name) && /^\/aws\/service\//.test(name);
  return image ? `ami-0${digest("ami", name, region).slice(0, 16)}` : `simulated-${digest(name, region).slice(0, 12)}`;
}

function managedPolicy(kind: string): Invoke {
  return (args, { account, partition }) => {
    const id = asText(args["id"]) ?? digest(kind, args["name"] ?? null).slice(0, 32);
    return { ...args, id, arn: `arn:${partition}:cloudfront::${account}:${kind}/${id}`, etag: `E${id.slice(0, 13)}` };
  };
}

/** One value stands alone and several as a sorted list, as the official plugin writes them. */
function oneOrMany(values: readonly string[]): Value {
  return values.length === 1 ? (values[0] ?? "") : [...values].sort().reverse();
}

function principals(list: readonly Props[]): Value {
  if (list.some(({ type, identifiers }) => type === "*" && asTexts(identifiers).includes("*"))) return "*";
  const byType: Record<string, string[]> = {};
  for (const { type, identifiers } of list) (byType[asText(type) ?? ""] ??= []).push(...asTexts(identifiers));
  return Object.fromEntries(Object.entries(byType).map(([type, ids]) => [type, oneOrMany(ids)]));
}

function conditions(list: readonly Props[]): Value {
  const byTest: Record<string, Record<string, Value>> = {};
  for (const { test, variable, values } of list) {
    (byTest[asText(test) ?? ""] ??= {})[asText(variable) ?? ""] = oneOrMany(asTexts(values));
  }
  return byTest;
}

function statement(block: Props): Props {
  const lists = { Action: "actions", NotAction: "notActions", Resource: "resources", NotResource: "notResources" };
  const listed = Object.entries(lists).flatMap(([name, key]) => {
    const values = asTexts(block[key]);
    return values.length === 0 ? [] : [[name, oneOrMany(values)] as const];
  });
  const who = asList(block["principals"]);
  const whoNot = asList(block["notPrincipals"]);
  const when = asList(block["conditions"]);
  return {
    ...(block["sid"] === undefined || block["sid"] === "" ? {} : { Sid: block["sid"] }),
    Effect: block["effect"] ?? "Allow",
    ...Object.fromEntries(listed),
    ...(who.length === 0 ? {} : { Principal: principals(who) }),
    ...(whoNot.length === 0 ? {} : { NotPrincipal: principals(whoNot) }),
    ...(when.length === 0 ? {} : { Condition: conditions(when) }),
  };
}

/** Merges documents as IAM's data source does: a later statement of the same id takes an earlier one's place. */
function policyDocument(args: Props): Props {
  const parsed = (text: string): readonly Props[] => asList((JSON.parse(text) as Props)["Statement"]);
  const base = asTexts(args["sourcePolicyDocuments"]).flatMap(parsed);
  const own = asList(args["statements"]).map(statement);
  const over = asTexts(args["overridePolicyDocuments"]).flatMap(parsed);
  const merged: Props[] = [];
  for (const next of [...base, ...own, ...over]) {
    const sid = next["Sid"];
    const at = sid === undefined ? -1 : merged.findIndex((one) => one["Sid"] === sid);
    if (at < 0) merged.push(next);
    else merged[at] = next;
  }
  const id = asText(args["policyId"]);
  return {
    Version: asText(args["version"]) ?? POLICY_VERSION,
    ...(id === undefined ? {} : { Id: id }),
    Statement: merged,
  };
}
