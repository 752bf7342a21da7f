import { orAbsent } from "../../failures";
import { asText } from "../../values";
import { arnBy, emulated, type ServiceTable } from "../define";
import { jsonText, sameJson } from "../json";
import type { Resource } from "../resource";
import { tagList } from "../shape";
import { settleTags } from "../tags";

/** Pulumi's names of a topic's attributes, and SNS's. */
const TOPIC = {
  contentBasedDeduplication: "ContentBasedDeduplication",
  deliveryPolicy: "DeliveryPolicy",
  displayName: "DisplayName",
  kmsMasterKeyId: "KmsMasterKeyId",
  policy: "Policy",
  signatureVersion: "SignatureVersion",
  tracingConfig: "TracingConfig",
} as const;

/** Pulumi's names of a subscription's attributes, and SNS's. */
const SUBSCRIPTION = {
  deliveryPolicy: "DeliveryPolicy",
  filterPolicy: "FilterPolicy",
  filterPolicyScope: "FilterPolicyScope",
  rawMessageDelivery: "RawMessageDelivery",
  redrivePolicy: "RedrivePolicy",
  subscriptionRoleArn: "SubscriptionRoleArn",
} as const;

export const sns: ServiceTable = {
  "aws:sns/topic:Topic": emulated({
    autoName: { property: "name", max: 256 },
    replaceOn: ["name", "fifoTopic"],
    defaults: { fifoTopic: false },
    outputs: { arn: arnBy("sns", "", "name"), owner: (r) => r.place.account, beginningArchiveTime: () => "" },
    find: async (r) => {
      const arn = r.arn("sns", r.text("name"));
      const client = await r.aws().sns();
      const found = await orAbsent(client.getTopicAttributes({ TopicArn: arn }));
      return found?.Attributes === undefined ? undefined : { id: arn, props: { arn } };
    },
    make: async (r) => {
      const client = await r.aws().sns();
      const Attributes = { ...attributes(r, TOPIC), ...(r.flag("fifoTopic") === true ? { FifoTopic: "true" } : {}) };
      const made = await client.createTopic({ Name: r.text("name"), Attributes, Tags: tagList(r.tags) });
      return { id: made.TopicArn ?? "" };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().sns();
      for (const [AttributeName, AttributeValue] of Object.entries(attributes(r, TOPIC))) {
        await client.setTopicAttributes({ TopicArn: r.id, AttributeName, AttributeValue });
      }
      await settleTags(
        r,
        (_, Tags) => client.tagResource({ ResourceArn: r.id, Tags }),
        (TagKeys) => client.untagResource({ ResourceArn: r.id, TagKeys }),
      );
    },
    drop: async (r) => {
      const client = await r.aws().sns();
      await client.deleteTopic({ TopicArn: r.id });
    },
  }),

  "aws:sns/topicPolicy:TopicPolicy": emulated({
    replaceOn: ["arn"],
    key: ["arn"],
    outputs: { owner: (r) => r.place.account },
    find: async (r) => {
      const client = await r.aws().sns();
      const policy = (await orAbsent(client.getTopicAttributes({ TopicArn: r.text("arn") })))?.Attributes?.["Policy"];
      if (policy === undefined) return undefined;
      return { id: r.text("arn"), props: { policy: sameJson(r.props["policy"], policy) } };
    },
    make: async (r) => {
      await putPolicy(r);
      return { id: r.text("arn") };
    },
    settle: putPolicy,
    // A topic always has a policy; the official plugin puts the owner's back, and so does this.
    drop: async (r) => {
      const client = await r.aws().sns();
      const { account, partition } = r.place;
      const Statement = [
        {
          Effect: "Allow",
          Principal: { AWS: `arn:${partition}:iam::${account}:root` },
          Action: ["SNS:Publish", "SNS:Subscribe"],
          Resource: r.text("arn"),
        },
      ];
      const AttributeValue = JSON.stringify({ Version: "2012-10-17", Statement });
      await client.setTopicAttributes({ TopicArn: r.text("arn"), AttributeName: "Policy", AttributeValue });
    },
  }),

  "aws:sns/topicSubscription:TopicSubscription": emulated({
    replaceOn: ["topic", "protocol", "endpoint"],
    defaults: { confirmationTimeoutInMinutes: 1, endpointAutoConfirms: false, rawMessageDelivery: false },
    outputs: {
      arn: (r) => r.id,
      confirmationWasAuthenticated: () => true,
      ownerId: (r) => r.place.account,
      pendingConfirmation: () => false,
      filterPolicyScope: () => "",
    },
    find: async (r) => {
      const client = await r.aws().sns();
      const listed = await orAbsent(client.listSubscriptionsByTopic({ TopicArn: r.text("topic") }));
      const one = listed?.Subscriptions?.find(
        ({ Protocol, Endpoint }) => Protocol === r.text("protocol") && Endpoint === r.text("endpoint"),
      );
      return one?.SubscriptionArn === undefined
        ? undefined
        : { id: one.SubscriptionArn, props: { arn: one.SubscriptionArn } };
    },
    make: async (r) => {
      const client = await r.aws().sns();
      const made = await client.subscribe({
        TopicArn: r.text("topic"),
        Protocol: r.text("protocol"),
        Endpoint: r.text("endpoint"),
        Attributes: attributes(r, SUBSCRIPTION),
        ReturnSubscriptionArn: true,
      });
      return { id: made.SubscriptionArn ?? "" };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().sns();
      for (const [AttributeName, AttributeValue] of Object.entries(attributes(r, SUBSCRIPTION))) {
        await client.setSubscriptionAttributes({ SubscriptionArn: r.id, AttributeName, AttributeValue });
      }
    },
    drop: async (r) => {
      const client = await r.aws().sns();
      await client.unsubscribe({ SubscriptionArn: r.id });
    },
  }),
};

function attributes(r: Resource, names: Readonly<Record<string, string>>): Record<string, string> {
  const set = Object.entries(names).flatMap(([key, name]) => {
    const value = jsonText(r.props[key]) ?? asText(r.props[key]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(set);
}

async function putPolicy(r: Resource): Promise<void> {
  const client = await r.aws().sns();
  const AttributeValue = jsonText(r.props["policy"]) ?? "";
  await client.setTopicAttributes({ TopicArn: r.text("arn"), AttributeName: "Policy", AttributeValue });
}
