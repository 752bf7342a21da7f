export { buildFleetGraph, buildStackGraph } from "./build";
export type { BuildOptions } from "./build";
export { FleetGraph, StackGraph, stackOfUrn } from "./graph";
export type { GraphNode } from "./graph";
export { recordStack } from "./record";
export type { Answered, Asked, RecordSettings } from "./record";
export { UNKNOWN, at, isBlock, isSet, list, number, show, text, texts } from "../../aws/value";
export type { Properties, Value } from "../../aws/value";
