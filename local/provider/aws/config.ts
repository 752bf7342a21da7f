import { asText, asTexts, asTextMap, isProps, UNKNOWN_SENTINEL, type Props, type Value } from "../values";
import type { AwsLocation } from "./resource";

/** The emulator's account; a preview takes the account that the program's provider allows. */
const EMULATOR_ACCOUNT = "000000000000";

/** What an `aws.Provider` is told, as far as it changes anything here. */
export interface AwsConfig {
  readonly place: AwsLocation;
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** Reads a provider's inputs. Blocks come as JSON text. Source: @pulumi/aws provider.js. */
export function readConfig(config: Props): AwsConfig {
  const region = asText(config["region"]) ?? process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"] ?? "";
  const defaults = parsed(config["defaultTags"]);
  return {
    place: {
      region,
      account: asTexts(parsed(config["allowedAccountIds"]))[0] ?? EMULATOR_ACCOUNT,
      partition: partitionOf(region),
    },
    defaultTags: asTextMap(isProps(defaults) ? defaults["tags"] : undefined),
  };
}

/** The partition a region lies in, by its code. Source: botocore's endpoint data, `regionRegex`. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

function parsed(value: Value | undefined): Value | undefined {
  if (typeof value !== "string" || value === UNKNOWN_SENTINEL) return value;
  try {
    return JSON.parse(value) as Value;
  } catch {
    return value;
  }
}
