import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { QUOTA_TABLE } from "../../../aws/quotas";

/** What the account that the server plays is like. */
export interface FakeAccount {
  readonly id: string;
  /** Value of a quota. @default a million of everything */
  readonly quota?: (region: string, code: string) => number;
  /** Zones' letters that offer a type. @default abcdef */
  readonly zones?: (type: string) => string;
  /** Regions that it has not enabled. @default none */
  readonly closed?: readonly string[];
  /** Roles that it has not. @default none */
  readonly missingRoles?: readonly string[];
  /** Throttles this many calls of Service Quotas first. @default 0 */
  readonly throttled?: number;
  /** Refuses Service Quotas by this error. @default not */
  readonly refusal?: string;
}

/** A call that the server got. */
export interface Call {
  readonly service: string;
  readonly region: string;
  readonly body: string;
}

export interface FakeAws {
  readonly url: string;
  readonly calls: readonly Call[];
  close(): Promise<void>;
}

/** STS, EC2, IAM and Service Quotas on loopback: each call must be signed for the service that it is sent to. */
export async function serveFakeAws(account: FakeAccount): Promise<FakeAws> {
  const calls: Call[] = [];
  let throttled = account.throttled ?? 0;
  const server: Server = createServer((request, response) => {
    void read(request).then((body) => {
      const [, region = "", service = ""] =
        /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(request.headers.authorization ?? "") ?? [];
      calls.push({ service, region, body });
      const target = request.headers["x-amz-target"];
      if (service === "servicequotas" && throttled > 0) {
        throttled -= 1;
        response.writeHead(400).end(JSON.stringify({ __type: "TooManyRequestsException", message: "slow down" }));
        return;
      }
      const { status = 200, text } = answer(account, { service, region, body }, String(target));
      response.writeHead(status, {
        "content-type": service === "servicequotas" ? "application/x-amz-json-1.1" : "text/xml",
      });
      response.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

interface Answer {
  readonly status?: number;
  readonly text: string;
}

function answer(account: FakeAccount, { service, region, body }: Call, target: string): Answer {
  const form = new URLSearchParams(body);
  switch (service) {
    case "servicequotas":
      return quotas(account, region, body, target);
    case "sts":
      return { text: `<R><GetCallerIdentityResult><Account>${account.id}</Account></GetCallerIdentityResult></R>` };
    case "iam": {
      const name = form.get("RoleName") ?? "";
      if (account.missingRoles?.includes(name) === true)
        return {
          status: 404,
          text: "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>no</Message></Error></ErrorResponse>",
        };
      return { text: `<R><GetRoleResult><Role><RoleName>${name}</RoleName></Role></GetRoleResult></R>` };
    }
    case "ec2":
      return { text: form.get("Action") === "DescribeRegions" ? regions(account) : offerings(account, region, form) };
    default:
      return { status: 400, text: "<R/>" };
  }
}

const PAGE = 3;

/** In small pages, so that a caller who takes the first one only is found out. */
function quotas(account: FakeAccount, region: string, body: string, target: string): Answer {
  const { ServiceCode: service, NextToken: token = "0" } = JSON.parse(body) as {
    ServiceCode: string;
    NextToken?: string;
  };
  if (account.refusal !== undefined || target !== "ServiceQuotasV20190624.ListServiceQuotas")
    return {
      status: 400,
      text: JSON.stringify({ __type: account.refusal ?? "UnknownOperationException", message: "not you" }),
    };
  if (service === "monitoring") return { status: 400, text: JSON.stringify({ __type: "NoSuchResourceException" }) };
  const known = QUOTA_TABLE.filter((quota) => quota.service === service);
  const from = Number(token);
  const page = known.slice(from, from + PAGE).map(({ id, code, name }) => ({
    QuotaCode: code ?? "L-00000000",
    // AWS renames quotas: only one whose code is not known may be found by its name.
    QuotaName: code === undefined ? name : `${id}, by another name`,
    Value: account.quota?.(region, code ?? "") ?? 1_000_000,
  }));
  const more = from + PAGE < known.length ? { NextToken: String(from + PAGE) } : {};
  return { text: JSON.stringify({ Quotas: page, ...more }) };
}

function regions({ closed = [] }: FakeAccount): string {
  const all = ["us-east-1", "eu-west-1", "eu-south-1", ...closed];
  const items = [...new Set(all)].map(
    (name) =>
      `<item><regionName>${name}</regionName><optInStatus>${closed.includes(name) ? "not-opted-in" : "opted-in"}</optInStatus></item>`,
  );
  return `<DescribeRegionsResponse><regionInfo>${items.join("")}</regionInfo></DescribeRegionsResponse>`;
}

function offerings({ zones = () => "abcdef" }: FakeAccount, region: string, form: URLSearchParams): string {
  const types = [...form].filter(([key]) => key.startsWith("Filter.1.Value.")).map(([, type]) => type);
  const items = types.flatMap((type) =>
    Array.from(zones(type)).map(
      (zone) => `<item><instanceType>${type}</instanceType><location>${region}${zone}</location></item>`,
    ),
  );
  return `<R><instanceTypeOfferingSet>${items.join("")}</instanceTypeOfferingSet></R>`;
}

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
