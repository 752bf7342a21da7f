export { buildRequest, propertiesOf } from "./build";
export type { BuiltRequest } from "./build";
export { refusalText, requestRefusals, requestsFor } from "./check";
export type { RequestRefusal } from "./check";
export { request, turned, type } from "./spec";
export type { RequestSpec, RequestTable, Target, Turned, TypeRequests } from "./spec";
export { REQUESTS } from "./table";
