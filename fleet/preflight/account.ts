import { DescribeInstanceTypeOfferingsCommand, DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetRoleCommand, IAMClient, NoSuchEntityException } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Partition } from "../../regions/names";
import { callServiceQuotas } from "./service-quotas";
import type { QuotaValue } from "./service-quotas";

/** The account was asked and did not answer as it must. The message is for the user. */
export class AccountError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "AccountError";
  }
}

/** What an AWS account says of itself. Each question goes to AWS; nothing is changed. */
export interface Account {
  /** 12 digits. */
  id(): Promise<string>;
  /** Quotas of a service in a region. */
  quotas(region: string, service: string): Promise<readonly QuotaValue[]>;
  /** Zones of a region that offer each of these EC2 types. */
  zonesOffering(region: string, types: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Regions that the account may use. */
  enabledRegions(): Promise<ReadonlySet<string>>;
  hasRole(name: string): Promise<boolean>;
}

export interface AccountOptions {
  /** Region that questions about the whole account go to. */
  readonly home: string;
  readonly partition: Partition;
  /** One endpoint for all services, for tests. @default AWS's own, or what AWS_ENDPOINT_URL says */
  readonly endpoint?: string;
}

/** The account whose credentials the environment holds, by the SDK's usual chain. */
export function openAccount({ home, partition, endpoint }: AccountOptions): Account {
  const at = (region: string): { region: string; endpoint?: string } =>
    endpoint === undefined ? { region } : { region, endpoint };
  const asked = async <T>(what: string, question: () => Promise<T>): Promise<T> => {
    try {
      return await question();
    } catch (error) {
      throw new AccountError(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return {
    id: () =>
      asked("who the credentials are of", async () => {
        const { Account: id } = await new STSClient(at(home)).send(new GetCallerIdentityCommand({}));
        return id ?? "";
      }),
    quotas: (region, service) =>
      asked(`quotas of ${service} in ${region}`, () =>
        callServiceQuotas(service, { region, partition, ...(endpoint === undefined ? {} : { endpoint }) }),
      ),
    zonesOffering: (region, types) =>
      asked(`instance types by zone in ${region}`, async () => {
        const { InstanceTypeOfferings: offerings = [] } = await new EC2Client(at(region)).send(
          new DescribeInstanceTypeOfferingsCommand({
            LocationType: "availability-zone",
            Filters: [{ Name: "instance-type", Values: [...types] }],
          }),
        );
        const zones = new Map<string, string[]>(types.map((type) => [type, []]));
        for (const { InstanceType: type = "", Location: zone = "" } of offerings) zones.get(type)?.push(zone);
        return zones;
      }),
    enabledRegions: () =>
      asked("regions of the account", async () => {
        const { Regions: regions = [] } = await new EC2Client(at(home)).send(
          new DescribeRegionsCommand({ AllRegions: true }),
        );
        const enabled = regions.filter(({ OptInStatus: status }) => status !== "not-opted-in");
        return new Set(enabled.flatMap(({ RegionName: name }) => name ?? []));
      }),
    hasRole: (name) =>
      asked(`role ${name}`, async () => {
        try {
          await new IAMClient(at(home)).send(new GetRoleCommand({ RoleName: name }));
          return true;
        } catch (error) {
          if (error instanceof NoSuchEntityException) return false;
          throw error;
        }
      }),
  };
}
