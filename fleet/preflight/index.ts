export { AccountError, openAccount } from "./account";
export type { Account, AccountOptions } from "./account";
export { preflight } from "./preflight";
export type { InstanceRow, NameRow, OptInRow, Preflight, QuotaRow, QuotaStatus, RoleRow, SubnetRow } from "./report";
