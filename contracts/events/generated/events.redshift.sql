-- Generated from the event contract by contracts/events/emit.ts.
CREATE TABLE IF NOT EXISTS "lake"."events" (
  "event_id" VARCHAR(36) NOT NULL,
  "schema_version" INTEGER NOT NULL,
  "event_type" VARCHAR(11) NOT NULL,
  "occurred_at" TIMESTAMP NOT NULL,
  "received_at" TIMESTAMP NOT NULL,
  "user_key" VARCHAR(64) NOT NULL,
  "item_id" VARCHAR(512) NOT NULL,
  "session_id" VARCHAR(512),
  "value" DOUBLE PRECISION,
  "page" VARCHAR(8192),
  "referrer_host" VARCHAR(8192),
  "device" VARCHAR(7),
  "ip_prefix" VARCHAR(45),
  "consent_analytics" BOOLEAN NOT NULL,
  "consent_personalisation" BOOLEAN NOT NULL,
  "variant" VARCHAR(256),
  "model_version" VARCHAR(256),
  "region" VARCHAR(32) NOT NULL,
  PRIMARY KEY (event_id)
)
DISTSTYLE KEY DISTKEY (user_key)
SORTKEY (occurred_at);

COMMENT ON COLUMN "lake"."events"."event_id" IS 'Unique id of the event; everything downstream is idempotent by it (technical; consent: none)';
COMMENT ON COLUMN "lake"."events"."schema_version" IS 'Version of the event contract (technical; consent: none)';
COMMENT ON COLUMN "lake"."events"."event_type" IS 'view, click, add_to_cart, purchase or exposure (behaviour; consent: analytics)';
COMMENT ON COLUMN "lake"."events"."occurred_at" IS 'When it happened, by the client''s clock, UTC (behaviour; consent: analytics)';
COMMENT ON COLUMN "lake"."events"."received_at" IS 'When the collector took it, UTC (technical; consent: none)';
COMMENT ON COLUMN "lake"."events"."user_key" IS 'Pseudonym of the user: HMAC-SHA256 with the zone''s salt, hex (identifier; consent: analytics)';
COMMENT ON COLUMN "lake"."events"."item_id" IS 'The item (behaviour; consent: analytics)';
COMMENT ON COLUMN "lake"."events"."session_id" IS 'The client''s own session, a random id (identifier; consent: analytics)';
COMMENT ON COLUMN "lake"."events"."value" IS 'Price paid or strength of the signal (behaviour; consent: analytics)';
COMMENT ON COLUMN "lake"."events"."page" IS 'Path of the page, without query and fragment (behaviour; consent: analytics)';
COMMENT ON COLUMN "lake"."events"."referrer_host" IS 'Host of the referring page (behaviour; consent: analytics)';
COMMENT ON COLUMN "lake"."events"."device" IS 'desktop, mobile, tablet, tv or other (technical; consent: analytics)';
COMMENT ON COLUMN "lake"."events"."ip_prefix" IS 'First 24 bits (IPv4) or 48 bits (IPv6) of the address (identifier; consent: analytics)';
COMMENT ON COLUMN "lake"."events"."consent_analytics" IS 'Agreed to analytics: true in all that is kept (technical; consent: none)';
COMMENT ON COLUMN "lake"."events"."consent_personalisation" IS 'Agreed to personalisation: training reads these rows only (technical; consent: none)';
COMMENT ON COLUMN "lake"."events"."variant" IS 'Model variant that was shown (technical; consent: personalisation)';
COMMENT ON COLUMN "lake"."events"."model_version" IS 'Version of the model that was shown (technical; consent: personalisation)';
COMMENT ON COLUMN "lake"."events"."region" IS 'AWS region whose collector took it (technical; consent: none)';
