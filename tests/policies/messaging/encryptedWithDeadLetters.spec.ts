import type { Resource } from "../../../policies/kit/resource";
import { isSet } from "../../../policies/kit/value";
import { messagingEncryptedWithDeadLetters } from "../../../policies/messaging/encryptedWithDeadLetters";
import { all, drop, set, where } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const queue = (name: string, props: object = {}, uses: readonly ReturnType<typeof topic>[] = []) =>
  resource("aws:sqs/queue:Queue", name, withUnknowns({ kmsMasterKeyId: "?", ...props }), {
    uses: { redrivePolicy: uses },
  });
const topic = (props: object) => resource("aws:sns/topic:Topic", "alarms", withUnknowns(props));
const parked = queue("parked");
const redrive = '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:1:parked","maxReceiveCount":5}';

const redriven = ({ props }: Resource): boolean => isSet(props["redrivePolicy"]);

specify(messagingEncryptedWithDeadLetters, {
  complainsOf: {
    "a queue without a dead-letter queue": { by: [queue("intake")], at: ["redrivePolicy"] },
    "a plain queue": { by: [queue("intake-dlq", { kmsMasterKeyId: undefined })], at: ["kmsMasterKeyId"] },
    "a queue that turns AWS's key off": {
      by: [queue("intake-dlq", { kmsMasterKeyId: undefined, sqsManagedSseEnabled: false })],
      at: ["kmsMasterKeyId"],
    },
    "a plain topic": { by: [topic({})], at: ["kmsMasterKeyId"] },
  },
  accepts: { "a queue with its dead-letter queue": [queue("intake", { redrivePolicy: redrive }), queue("intake-dlq")] },
  spares: {
    "a dead-letter queue that only its user names": [parked, queue("intake", { redrivePolicy: "?" }, [parked])],
    "a dead-letter queue that says who may use it": [queue("last", { redriveAllowPolicy: "{}" })],
    "a queue whose policy is a resource of its own": [
      queue("intake"),
      resource("aws:sqs/redrivePolicy:RedrivePolicy", "intake", withUnknowns({ queueUrl: "?", redrivePolicy: "?" }), {
        uses: { queueUrl: [queue("intake")] },
      }),
    ],
    "SQS's own key": [queue("x-dead-letters", { kmsMasterKeyId: undefined, sqsManagedSseEnabled: true })],
  },
  unknown: {
    "it complains of AWS's key": {
      by: [queue("a-dlq", { kmsMasterKeyId: undefined, sqsManagedSseEnabled: "?" })],
      at: ["kmsMasterKeyId"],
    },
    "it accepts a key and a target that are to be created": [
      topic({ kmsMasterKeyId: "?" }),
      queue("a", { redrivePolicy: "?" }),
    ],
  },
  repairs: {
    "a plain queue": { from: queue("a", { kmsMasterKeyId: undefined }), to: { sqsManagedSseEnabled: true } },
    "a plain topic": { from: topic({}), to: { kmsMasterKeyId: "alias/aws/sns" } },
    "nothing in an encrypted queue": { from: queue("a"), to: undefined },
  },
  mutants: {
    breaks: {
      "aws:sqs/queue:Queue": [
        drop("kmsMasterKeyId"),
        set("kmsMasterKeyId", "", "empty the key"),
        where(redriven, drop("redrivePolicy")),
      ],
      "aws:sns/topic:Topic": [drop("kmsMasterKeyId")],
    },
    passes: {
      "aws:sqs/queue:Queue": [all(drop("kmsMasterKeyId"), set("sqsManagedSseEnabled", true))],
      "aws:sns/topic:Topic": [set("kmsMasterKeyId", "alias/aws/sns", "take AWS's own key")],
    },
  },
});
