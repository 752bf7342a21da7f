export { dataLosses, errorsBesides, tellKeys, tellLoss } from "./guard";
export type { DataLoss, StoredResource } from "./guard";
export { STORES, storeOf } from "./stores";
export type { Store } from "./stores";
