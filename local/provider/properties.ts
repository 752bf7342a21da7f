import { UNKNOWN as GIVEN_BY_AWS } from "../../aws/value";
import type { Properties, Value as AwsValue } from "../../aws/value";
import { DEFAULTS_KEY, isAsset, isProps, UNKNOWN, without, type Props, type Value } from "./values";

/** Properties as the engine sends them, as the room `aws` reads them. A file's content counts as unknown. */
export function awsProperties(props: Props): Properties {
  return Object.fromEntries(Object.entries(without(props, DEFAULTS_KEY)).map(([key, value]) => [key, read(value)]));
}

function read(value: Value): AwsValue {
  if (value === UNKNOWN || isAsset(value)) return GIVEN_BY_AWS;
  if (Array.isArray(value)) return value.map((item: Value) => read(item));
  if (isProps(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, read(item)]));
  return value;
}
