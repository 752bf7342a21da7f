export { findKubernetesSchemas, KubernetesSchemas, SchemaError } from "./schemas";
export type { VersionSchemas } from "./schemas";
export { objectRefusals } from "./validate";
export type { ObjectRefusal } from "./validate";
