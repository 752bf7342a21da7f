export { buildRequest, propertiesOf } from "./build";
export type { BuiltRequest } from "./build";
export { requestFindingText, requestFindings, requestsFor } from "./check";
export type { RequestFinding } from "./check";
export { request, turned, type } from "./spec";
export type { RequestSpec, RequestTable, Target, Turned, TypeRequests } from "./spec";
export { REQUESTS } from "./table";
