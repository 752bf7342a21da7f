import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GlueClient } from "@aws-sdk/client-glue";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { DailyConfig, DailyRegion } from "./daily-contract";

/** A residency zone and its regions. */
export interface Zone {
  readonly name: string;
  readonly primary: DailyRegion;
  readonly regions: readonly DailyRegion[];
}

/** @throws Error for a zone without exactly one primary region. */
export function zonesOf(regions: readonly DailyRegion[]): Map<string, Zone> {
  const zones = new Map<string, Zone>();
  for (const name of [...new Set(regions.map(({ zone }) => zone))].sort()) {
    const members = regions.filter(({ zone }) => zone === name);
    const [primary, ...others] = members.filter(({ role }) => role === "primary");
    if (primary === undefined || others.length > 0) {
      throw new Error(`zone ${name}: want one primary region, got ${primary === undefined ? 0 : others.length + 1}`);
    }
    zones.set(name, { name, primary, regions: members });
  }
  return zones;
}

/** Clients of each region, made when first asked for. */
export interface Clients {
  s3(region: string): S3Client;
  glue(region: string): GlueClient;
  sqs(region: string): SQSClient;
  dynamo(region: string): DynamoDBClient;
  cloudwatch(region: string): CloudWatchClient;
  destroy(): void;
}

export function createClients(config: Pick<DailyConfig, "endpoint" | "credentials">): Clients {
  const made: { destroy(): void }[] = [];
  const keep = <T extends { destroy(): void }>(make: (region: string) => T) => {
    const byRegion = new Map<string, T>();
    return (region: string): T => {
      const known = byRegion.get(region);
      if (known !== undefined) return known;
      const client = make(region);
      byRegion.set(region, client);
      made.push(client);
      return client;
    };
  };
  const settings = (region: string) => ({
    region,
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(config.credentials === undefined ? {} : { credentials: config.credentials }),
  });
  return {
    s3: keep((region) => new S3Client({ ...settings(region), forcePathStyle: config.endpoint !== undefined })),
    glue: keep((region) => new GlueClient(settings(region))),
    sqs: keep((region) => new SQSClient(settings(region))),
    dynamo: keep((region) => new DynamoDBClient(settings(region))),
    cloudwatch: keep((region) => new CloudWatchClient(settings(region))),
    destroy: () => {
      for (const client of made) client.destroy();
    },
  };
}
