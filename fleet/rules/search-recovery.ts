import { text } from "../graph";
import type { FleetRule } from "./rule";

const DELIVERY = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";

/** O4. */
export const searchRecovery: FleetRule = {
  id: "O4",
  name: "fleet-search-recovery",
  title: "Each search domain says how it comes back: by a follower, or by indexing again",
  severity: "medium",
  level: "mandatory",
  source: ["new"],
  why: "An index is a copy. Without a follower elsewhere, or the events that it was made of, it is gone with its region.",
  fix: "Tag the domain `meridian:recovery: follower` and connect one in another region, or `reindex` and keep the events in the lake",
  check({ graph }, judge) {
    for (const stack of graph.regions) {
      for (const domain of stack.of("aws:opensearch/domain:Domain")) {
        const way = text(domain.inputs, "tags.meridian:recovery");
        if (way === "reindex") {
          const kept = stack.of(DELIVERY).some(({ inputs }) => text(inputs, "destination") === "extended_s3");
          if (!kept)
            judge.against(domain, "tags.meridian:recovery", "events in the lake to index again", "no delivery to S3");
        } else if (way === "follower") {
          const connected = graph.of("aws:opensearch/outboundConnection:OutboundConnection").some(({ inputs }) => {
            const peer = text(inputs, "remoteDomainInfo.region");
            const own = text(inputs, "localDomainInfo.domainName") === text(domain.inputs, "domainName");
            return own && peer !== undefined && peer !== domain.region;
          });
          if (!connected)
            judge.against(
              domain,
              "tags.meridian:recovery",
              "an outbound connection to a domain in another region",
              "none",
            );
        } else judge.against(domain, "tags.meridian:recovery", "follower or reindex");
      }
    }
  },
};
