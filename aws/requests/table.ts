import { dynamodb } from "./services/dynamodb";
import { firehose } from "./services/firehose";
import { kinesis } from "./services/kinesis";
import { s3 } from "./services/s3";
import { sagemaker } from "./services/sagemaker";
import type { RequestTable, TypeRequests } from "./spec";

/** The whole table, one file for each AWS service. */
const TABLES: readonly RequestTable[] = [dynamodb, firehose, kinesis, s3, sagemaker];

/** What AWS is asked for, by Pulumi type token. */
export const REQUESTS: ReadonlyMap<string, TypeRequests> = new Map(TABLES.flatMap((table) => Object.entries(table)));
