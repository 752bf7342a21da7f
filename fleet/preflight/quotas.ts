import pMap from "p-map";
import { QUOTA_TABLE, defaultIn, nameFor } from "../../aws/quotas";
import type { Count, Quota } from "../../aws/quotas";
import type { Partition } from "../../regions/names";
import type { QuotaName } from "../../regions/quotas";
import type { Topology } from "../../regions/topology/model";
import type { Account } from "./account";
import type { Places } from "./places";
import type { QuotaRow, QuotaStatus } from "./report";
import type { QuotaValue } from "./service-quotas";

/** Which of the topology's grants a quota is, by its id in aws/quotas. */
export function grantOf({ id }: Pick<Quota, "id">): QuotaName | undefined {
  if (GRANTS[id] !== undefined) return GRANTS[id];
  return id.startsWith("sagemaker-endpoint-") ? "endpointInstances" : undefined;
}

const GRANTS: Readonly<Record<string, QuotaName>> = {
  "kinesis-shards": "kinesisShards",
  "lambda-concurrency": "lambdaConcurrency",
  "ec2-standard-vcpus": "ec2StandardVcpus",
  "ec2-standard-spot-vcpus": "ec2StandardSpotVcpus",
  "sagemaker-endpoint-instances": "endpointInstancesInAll",
  "sagemaker-instances-per-endpoint": "instancesPerEndpoint",
  "apigateway-throttle-rate": "apiRequestsPerSecond",
};

/** Where quotas of the whole account are kept and requested. */
const GLOBAL_REGION: Partial<Record<Partition, string>> = {
  aws: "us-east-1",
  "aws-cn": "cn-northwest-1",
  "aws-us-gov": "us-gov-west-1",
};

/** Calls at a time: Service Quotas takes about ten a second. */
const CALLS_AT_A_TIME = 4;

interface Need {
  readonly quota: Quota;
  readonly region: string;
  /** Region to ask and to request in. */
  readonly asked: string;
  readonly count: Count;
}

/** What a plan needs of each quota, beside what the account has: asked for, granted by the topology, or by default. */
export async function quotaRows(
  topology: Topology,
  places: Places,
  account: Account | undefined,
): Promise<readonly QuotaRow[]> {
  const needs = needsOf(topology, places);
  const given = account === undefined ? undefined : await ask(account, needs);
  return needs.map((need) => rowOf(topology, need, given));
}

function needsOf(topology: Topology, places: Places): readonly Need[] {
  const { partition } = topology.regions[0] ?? { partition: "aws" as const };
  const whole = GLOBAL_REGION[partition] ?? topology.home;
  const at = (plan: Places["account"], asked: string, account: boolean): readonly Need[] =>
    QUOTA_TABLE.filter(({ scope }) => (scope === "account") === account).flatMap((quota) => {
      const count = mostOf(quota.count(plan));
      return count === undefined ? [] : [{ quota, region: plan.region, asked, count }];
    });
  return [
    ...at(places.account, whole, true),
    ...places.regions.flatMap((region) => at(places.region(region), region, false)),
  ];
}

/** The thing that needs most, and all that could not be counted; undefined when nothing needs any. */
function mostOf(counts: readonly Count[]): Count | undefined {
  const uncounted = counts.flatMap((count) => count.uncounted ?? []);
  const [most] = [...counts].sort((one, other) => other.amount - one.amount);
  if (most === undefined || (most.amount === 0 && uncounted.length === 0)) return undefined;
  return { ...most, uncounted };
}

type Given = (need: Need) => number | undefined;

async function ask(account: Account, needs: readonly Need[]): Promise<Given> {
  const pairs = new Map(
    needs.map(({ asked, quota }) => [`${asked} ${quota.service}`, { asked, service: quota.service }]),
  );
  const answers = await pMap(
    pairs,
    async ([key, { asked, service }]) => [key, await account.quotas(asked, service)] as const,
    { concurrency: CALLS_AT_A_TIME },
  );
  const byPair = new Map<string, readonly QuotaValue[]>(answers);
  return ({ asked, quota, count }) => {
    const name = nameFor(quota, count.of);
    const values = byPair.get(`${asked} ${quota.service}`) ?? [];
    return values.find((one) => (quota.code === undefined ? one.name === name : one.code === quota.code))?.value;
  };
}

function rowOf(topology: Topology, need: Need, given: Given | undefined): QuotaRow {
  const { quota, region, count } = need;
  const grant = grantOf(quota);
  const granted = grant === undefined ? undefined : topology.quotas[grant];
  const found = given?.(need);
  const byDefault = defaultIn(quota, region);
  const limit = found ?? granted ?? byDefault;
  const from = found !== undefined ? "account" : granted !== undefined ? "topology" : "default";
  const status = statusOf(count.amount, { limit, byDefault, from, adjustable: quota.adjustable });
  return {
    id: quota.id,
    region,
    service: quota.service,
    ...(quota.code === undefined ? {} : { code: quota.code }),
    name: nameFor(quota, count.of),
    ...(count.of === undefined ? {} : { of: count.of }),
    unit: quota.unit,
    need: count.amount,
    atLeast: (count.uncounted ?? []).length > 0,
    limit,
    from,
    byDefault,
    status,
    ...(status === "request" ? { request: requestFor(need) } : {}),
  };
}

function statusOf(
  need: number,
  limit: {
    readonly limit: number;
    readonly byDefault: number;
    readonly from: QuotaRow["from"];
    readonly adjustable: boolean;
  },
): QuotaStatus {
  if (need > limit.limit) return limit.adjustable ? "request" : "over";
  return limit.from === "topology" && need > limit.byDefault ? "granted" : "fits";
}

/** Asks for what is needed; where the code is not known, finds it. */
function requestFor({ quota, asked, count }: Need): string {
  const { service, code } = quota;
  if (code === undefined) {
    const name = nameFor(quota, count.of);
    return `aws service-quotas list-service-quotas --service-code ${service} --region ${asked} --query "Quotas[?QuotaName=='${name}']"`;
  }
  return (
    `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} ` +
    `--desired-value ${Math.ceil(count.amount)} --region ${asked}`
  );
}
