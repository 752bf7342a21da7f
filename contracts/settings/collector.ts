import { listening } from "./listening";
import { eitherOf, list, number, optional, ProgramSettings, required, text, withDefault } from "./setting";
import { s3Addressing } from "./s3-addressing";

/** What both forms of the collector take: the function behind the HTTP API, and the server. */
const common = {
  region: required("AWS_REGION", text, "AWS region, which is written into each event"),
  stream: required("EVENT_STREAM", text, "Kinesis stream that takes the events"),
  quarantineBucket: required("QUARANTINE_BUCKET", text, "Bucket that keeps refused events with their reasons"),
  allowedOrigins: withDefault("ALLOWED_ORIGINS", list, [], "Web origins whose pages may send events"),
  anonymous: withDefault("ANONYMOUS", eitherOf("true", "false"), false, "true: the person is taken out of every event"),
};

/** Settings of the collector as a Lambda function (`services/collector/lambda.ts`). */
export const collectorFunctionSettings = new ProgramSettings("collector (function)", common);

/** Settings of the collector as a server (`services/collector/main.ts`). */
export const collectorSettings = new ProgramSettings("collector", {
  ...common,
  ...s3Addressing,
  ...listening,
  clientEventsPerSecond: withDefault(
    "CLIENT_EVENTS_PER_SECOND",
    number({ min: 0, integer: false }),
    100,
    "Events a second of one client; 0: no limit",
  ),
  clientBurst: optional(
    "CLIENT_BURST",
    number({ min: 0 }),
    "Events of one client at once; ten seconds' worth without it",
  ),
  trustedProxies: withDefault(
    "TRUSTED_PROXIES",
    number({ min: 0 }),
    1,
    "Proxies whose X-Forwarded-For is believed: the load balancer",
  ),
  spillFolder: optional(
    "SPILL_FOLDER",
    text,
    "Folder that keeps records while the stream is away; without it, none are kept",
  ),
  spillBytes: optional("SPILL_BYTES", number({ min: 0 }), "Bytes that the folder may take"),
});
