import { UNKNOWN } from "../../aws/value";
import type { Properties, Value as AwsValue } from "../../aws/value";
import { DEFAULTS_KEY, isAsset, isProps, UNKNOWN_SENTINEL, without, type Props, type Value } from "./values";

/** Properties as the engine sends them, as the room `aws` reads them. A file's content counts as unknown. */
export function awsProperties(props: Props): Properties {
  return Object.fromEntries(Object.entries(without(props, DEFAULTS_KEY)).map(([key, value]) => [key, read(value)]));
}

function read(value: Value): AwsValue {
  if (value === UNKNOWN_SENTINEL || isAsset(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map((item: Value) => read(item));
  if (isProps(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, read(item)]));
  return value;
}
