import { fromServices } from "../kit/folders";
import type { RequestTable, TypeRequests } from "./spec";

/** What AWS is asked for, by Pulumi type token: `requests` of every `aws/<service>/requests.ts`. */
export const REQUESTS: ReadonlyMap<string, TypeRequests> = new Map(
  fromServices<RequestTable>("requests", "requests").flatMap((table) => Object.entries(table)),
);
