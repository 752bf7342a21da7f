export { findKubernetesSchemas, KubernetesSchemas, SchemaError } from "./schemas";
export type { VersionSchemas } from "./schemas";
export { objectFindings } from "./validate";
export type { ObjectFinding } from "./validate";
