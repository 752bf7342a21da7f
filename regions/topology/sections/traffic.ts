import { z } from "zod";
import { KINESIS_RECORD_BYTES } from "../../../aws/facts";
import type { TrafficProfile } from "../../traffic";
import { amount, integer } from "./kit";
import type { Given } from "./kit";

/** The traffic of the whole fleet, from which every part is sized. */
export const trafficSchema = z
  .strictObject({
    eventsPerSecond: amount("events per second > 0", 0.001, 1e9).describe("Clickstream events, daily average."),
    peakFactor: amount("a number, 1 to 100", 1, 100)
      .optional()
      .describe("Peak of the day over its average. Default 2."),
    eventBytes: integer(64, KINESIS_RECORD_BYTES).optional().describe("One event as JSON. Default 450."),
    users: integer(1, 10_000_000_000).describe("People with an event in the training window."),
    items: integer(1, 10_000_000_000).describe("Items that can be recommended."),
    recommendationsPerSecond: amount("requests per second > 0", 0.001, 1e9),
    recommendationsPerUser: integer(1, 1000).optional().describe("Items in one list. Default 20."),
    retentionDays: integer(1, 36_500).optional().describe("Events kept in the lake. Default 395."),
  })
  .describe("For the whole fleet; every part is sized from it.");

const DEFAULTS = {
  peakFactor: 2,
  eventBytes: 450,
  recommendationsPerUser: 20,
  // Thirteen months: one season can be compared with the same one a year ago.
  retentionDays: 395,
} as const;

export function planTraffic(given: Given<typeof trafficSchema>): TrafficProfile {
  return { ...DEFAULTS, ...given };
}
