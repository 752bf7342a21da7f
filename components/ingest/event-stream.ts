import type * as pulumi from "@pulumi/pulumi";
import { problem, refuse, type Problem } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { EventQueue, type EventQueueArgs } from "./event-queue";
import { EventTopic, type EventTopicArgs } from "./event-topic";
import { EventStream, type EventStreamArgs } from "./stream";

type Own<Args> = Omit<Args, "scope" | "keyArn">;

/** What carries the region's events, each with the settings that it alone has. */
export type EventCarrier =
  | ({ readonly kind: "kinesis" } & Own<EventStreamArgs>)
  | ({ readonly kind: "kafka" } & Own<EventTopicArgs>)
  | ({ readonly kind: "queue" } & Own<EventQueueArgs>);

/** What somebody needs of the carrier. */
export type EventNeed =
  /** Firehose reads it and writes to S3. */
  | "delivery"
  /** Firehose reads it and writes to OpenSearch. */
  | "search-delivery"
  /** The collector's HTTP API writes to it by itself, without a function between. */
  | "collector"
  /** Several consumers, each of which reads every event. */
  | "several-consumers"
  /** Events that were read can be read again. */
  | "replay";

export type CarrierKind = EventCarrier["kind"];

/**
 * What each carrier can do. Sources: docs.aws.amazon.com/firehose/latest/dev/create-name.html (sources and destinations: from
 * MSK to S3 only), docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
 */
export const CAN: Readonly<Record<CarrierKind, readonly EventNeed[]>> = {
  kinesis: ["delivery", "search-delivery", "collector", "several-consumers", "replay"],
  kafka: ["delivery", "several-consumers", "replay"],
  queue: ["collector"],
};

/** What a carrier gives to those who read it, by kind. */
export type EventSource =
  | {
      readonly kind: "kinesis";
      readonly streamArn: pulumi.Output<string>;
      readonly streamName: pulumi.Output<string>;
      readonly keyArn: pulumi.Input<string>;
      readonly consumerArns: EventStream["consumerArns"];
    }
  | {
      readonly kind: "kafka";
      readonly clusterArn: pulumi.Output<string>;
      /** Comma-separated `host:port`, for clients that sign by IAM. */
      readonly bootstrapBrokers: pulumi.Output<string>;
      readonly topic: string;
    }
  | {
      readonly kind: "queue";
      readonly queueArn: pulumi.Output<string>;
      readonly queueUrl: pulumi.Output<string>;
      readonly deadLetterArn: pulumi.Output<string>;
      readonly keyArn: pulumi.Input<string>;
    };

export interface EventSourceArgs {
  readonly scope: Scope;
  /** Key of the events: they carry identifiers until the transform. MSK Serverless takes none but AWS's own. */
  readonly keyArn: pulumi.Input<string>;
  readonly carrier: EventCarrier;
  /** What the source must be able to do. @default nothing in particular */
  readonly needs?: readonly EventNeed[];
}

/** Problems of the choice, one for each need that the carrier cannot meet; those of its settings are told by the carrier. */
export function checkEventSource({ carrier, needs = [] }: Pick<EventSourceArgs, "carrier" | "needs">): Problem[] {
  return [...new Set(needs)]
    .filter((need) => !CAN[carrier.kind].includes(need))
    .map((need) => problem("carrier.kind", `${carriersFor(need).join(" or ")}, for ${need}`, carrier.kind));
}

/** The carriers that can do something. */
export function carriersFor(need: EventNeed): readonly CarrierKind[] {
  return (Object.keys(CAN) as CarrierKind[]).filter((kind) => CAN[kind].includes(need));
}

/**
 * Makes the carrier, and gives what its readers are told.
 * @throws InputPropertiesError when it cannot do what is needed, or its settings are bad.
 */
export function createEventSource(
  name: string,
  { scope, keyArn, carrier, needs }: EventSourceArgs,
  opts: pulumi.ComponentResourceOptions,
): EventSource {
  refuse(`event source "${name}"`, checkEventSource({ carrier, ...(needs === undefined ? {} : { needs }) }));
  switch (carrier.kind) {
    case "kinesis": {
      const { kind, ...own } = carrier;
      const stream = new EventStream(name, { scope, keyArn, ...own }, opts);
      const { arn, streamName, consumerArns } = stream;
      return { kind, streamArn: arn, streamName, keyArn, consumerArns };
    }
    case "kafka": {
      const { kind, ...own } = carrier;
      const { clusterArn, bootstrapBrokers, topic } = new EventTopic(name, { scope, keyArn, ...own }, opts);
      return { kind, clusterArn, bootstrapBrokers, topic };
    }
    case "queue": {
      const { kind, ...own } = carrier;
      const queue = new EventQueue(name, { scope, keyArn, ...own }, opts);
      return { kind, queueArn: queue.arn, queueUrl: queue.url, deadLetterArn: queue.deadLetterArn, keyArn };
    }
  }
}
