import { BUCKETS } from "../kit/buckets";
import type { Rule } from "../kit/rule";
import { arnRegion } from "../kit/arn";
import { at } from "../kit/value";

const DELIVERY = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const CLUSTER = "aws:redshift/cluster:Cluster";
const DOMAIN = "aws:opensearch/domain:Domain";

/** Where a destination stands in the properties, and what it can be. */
const DESTINATIONS: readonly (readonly [path: string, types: readonly string[]])[] = [
  ["extendedS3Configuration.bucketArn", BUCKETS],
  ["extendedS3Configuration.s3BackupConfiguration.bucketArn", BUCKETS],
  ["redshiftConfiguration.clusterJdbcurl", [CLUSTER]],
  ["redshiftConfiguration.s3Configuration.bucketArn", BUCKETS],
  ["opensearchConfiguration.domainArn", [DOMAIN]],
  ["opensearchConfiguration.s3Configuration.bucketArn", BUCKETS],
  ["httpEndpointConfiguration.s3Configuration.bucketArn", BUCKETS],
];

/** F3. */
export const firehoseDestinationRegion: Rule = {
  id: "F3",
  name: "firehose-destination-region",
  title: "Firehose delivers within its own region",
  severity: "high",
  level: "mandatory",
  source: ["new"],
  why: "Delivery into another region stops when that region does, and may carry personal data out of its zone.",
  fix: "Deliver into a store of the delivery stream's own region; let the store replicate.",
  unknowns: "A destination outside the stack whose ARN tells no region is judged over all stacks, not here.",
  types: [DELIVERY, CLUSTER, DOMAIN, ...BUCKETS],
  checkStack(graph, judge) {
    for (const delivery of graph.of(DELIVERY)) {
      if (typeof delivery.region !== "string") continue;
      for (const [path, types] of DESTINATIONS) {
        const elsewhere = new Set<string>();
        const named = arnRegion(at(delivery.props, path));
        if (named !== undefined) elsewhere.add(named);
        for (const { region } of graph.linked(delivery, path, ...types)) {
          if (typeof region === "string") elsewhere.add(region);
        }
        elsewhere.delete(delivery.region);
        if (elsewhere.size > 0) {
          judge.against(delivery, path, `a destination in ${delivery.region}`, [...elsewhere].join(", "));
        }
      }
    }
  },
};
