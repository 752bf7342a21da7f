import type { DataClass } from "../../contracts/data-class";
import { KEY_SERVICES } from "../../components/keys/keys";
import type { Scope } from "../../components/kit/scope";
import { lakeBucketRef, type LakePart } from "../../components/lake/lake";
import { BucketRef } from "../../components/parts/refs/bucket";
import { KeyRef } from "../../components/parts/refs/key";
import { QueueRef } from "../../components/parts/refs/queue";
import { StreamRef } from "../../components/parts/refs/stream";
import { TableRef } from "../../components/parts/refs/table";
import { TopicRef } from "../../components/parts/refs/topic";
import { keyArn, SCOPE } from "./builders";
import { FAKE_ACCOUNT } from "./outputs";

// Things as their owners publish them, for components under test that use them.

const keyOf = (dataClass: DataClass, scope: Scope = SCOPE): KeyRef =>
  KeyRef.of(scope, keyArn(dataClass, scope.region), KEY_SERVICES[dataClass]);

/** The keys of the test region, with the services that they admit. */
export const KEYS: Readonly<Record<DataClass, KeyRef>> = {
  identifier: keyOf("identifier"),
  behaviour: keyOf("behaviour"),
  technical: keyOf("technical"),
};

/** A bucket of a short name under the key of its class. */
export function bucketOf(name: string, dataClass: DataClass = "behaviour"): BucketRef {
  return new BucketRef(SCOPE, { name, key: KEYS[dataClass] });
}

/** A bucket of a region's lake by its full name, as the mesh knows it. */
export function lakeBucketOf(part: Exclude<LakePart, "logs">, region: string = SCOPE.region): BucketRef {
  return lakeBucketRef({ ...SCOPE, region }, part);
}

/** A queue under the technical key. Its policy is no resource: nothing under test may wait for it. */
export function queueOf(name: string): QueueRef {
  const arn = `arn:aws:sqs:${SCOPE.region}:${FAKE_ACCOUNT}:${name}`;
  const policy = undefined as unknown as QueueRef["policy"];
  return new QueueRef({ name, arn, url: `https://sqs/${name}`, key: KEYS.technical, policy });
}

export function topicOf(name: string): TopicRef {
  return new TopicRef({ arn: `arn:aws:sns:${SCOPE.region}:${FAKE_ACCOUNT}:${name}`, key: KEYS.technical });
}

/** A stream under the identifiers' key. */
export function streamOf(name: string): StreamRef {
  return new StreamRef({
    name,
    arn: `arn:aws:kinesis:${SCOPE.region}:${FAKE_ACCOUNT}:stream/${name}`,
    key: KEYS.identifier,
  });
}

/** A table of the zone, whose key another stack made. */
export function tableOf(name: string): TableRef {
  return new TableRef(SCOPE, { name, keyAlias: "alias/tables" });
}
