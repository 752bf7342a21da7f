/** A collector with its stream: events of signed-in visitors, one a request, straight onto Kinesis. */
import { Collector } from "../../components/ingest/collector";
import { EventStream } from "../../components/ingest/stream";
import { Keys } from "../../components/keys/keys";
import { providers, SCOPE } from "../scope";

const opts = providers();
const keys = new Keys("keys", { scope: SCOPE }, opts);
const events = new EventStream("events", { scope: SCOPE, key: keys.identifier, capacity: { mode: "on-demand" } }, opts);

const collector = new Collector(
  "collector",
  {
    scope: SCOPE,
    stream: events.ref,
    authorizer: { kind: "jwt", issuer: "https://id.example.com", audiences: ["shop"] },
    throttle: { rate: 100, burst: 200 },
    allowedOrigins: ["https://shop.example.com"],
    key: keys.technical,
  },
  opts,
);

export const url = collector.url;
export const stream = events.streamName;
