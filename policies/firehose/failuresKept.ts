import type { Graph, Resource } from "../kit/resource";
import type { Rule } from "../kit/rule";
import { at, isBlock, isOn, isSet } from "../kit/value";

const DELIVERY = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const STREAM = "aws:kinesis/stream:Stream";
const S3 = "extendedS3Configuration";
const SOURCE = "kinesisSourceConfiguration.kinesisStreamArn";

/** F2. */
export const firehoseFailuresKept: Rule = {
  id: "F2",
  name: "firehose-failures-kept",
  title: "Firehose keeps failed records under an error prefix, and an untransformed copy",
  severity: "high",
  level: "mandatory",
  source: ["new"],
  why: "A record that fails in the transform, or that the transform gets wrong, is otherwise gone or lost among the good ones.",
  fix:
    "Set errorOutputPrefix of the S3 configuration; where records are transformed set s3BackupMode to Enabled, " +
    "or let a second delivery stream without a transform read the same Kinesis stream.",
  spares: "A delivery stream that transforms nothing needs no second copy.",
  types: [DELIVERY, STREAM],
  checkStack(graph, judge) {
    for (const delivery of graph.of(DELIVERY)) {
      const path = s3Path(delivery);
      if (path === undefined) continue;
      const prefix = `${path}.errorOutputPrefix`;
      judge.require(isSet(at(delivery.props, prefix)), delivery, prefix, "a prefix for failed records");
      if (path !== S3 || !transforms(delivery)) continue;
      const mode = `${S3}.s3BackupMode`;
      const kept = at(delivery.props, mode) === "Enabled" || hasRawTwin(graph, delivery);
      judge.require(kept, delivery, mode, '"Enabled", or an untransformed second delivery stream of the same source');
    }
  },
};

/** Where the S3 configuration of the destination is. */
function s3Path(delivery: Resource): string | undefined {
  if (isSet(at(delivery.props, S3))) return S3;
  const other = Object.entries(delivery.props).find(([, block]) => isBlock(block) && isBlock(block["s3Configuration"]));
  return other === undefined ? undefined : `${other[0]}.s3Configuration`;
}

function transforms(delivery: Resource): boolean {
  const processing = at(delivery.props, `${S3}.processingConfiguration`);
  return isSet(processing) && isOn(at(processing, "enabled") ?? true);
}

function hasRawTwin(graph: Graph, delivery: Resource): boolean {
  const source = at(delivery.props, SOURCE);
  if (!isSet(source)) return false;
  const streams = graph.linked(delivery, SOURCE, STREAM);
  return graph.of(DELIVERY).some((twin) => {
    if (twin === delivery || transforms(twin)) return false;
    const same = typeof source === "string" && at(twin.props, SOURCE) === source;
    return same || graph.linked(twin, SOURCE, STREAM).some((stream) => streams.includes(stream));
  });
}
