import { orAbsent } from "../../failures";
import { asText, asTextMap } from "../../values";
import { always, emulated, validated, type ServiceTable } from "../define";
import { jsonText, sameJson } from "../json";
import type { Resource } from "../resource";
import { pick, present } from "../shape";
import { settleTags } from "../tags";

/** CloudWatch Logs, whose types Pulumi keeps under `cloudwatch`. */
export const logs: ServiceTable = {
  "aws:cloudwatch/logGroup:LogGroup": emulated({
    autoName: { property: "name", max: 512 },
    replaceOn: ["name", "namePrefix", "logGroupClass"],
    defaults: { retentionInDays: 0, skipDestroy: false },
    outputs: {
      arn: (r) => r.arn("logs", `log-group:${r.text("name")}`),
      logGroupClass: always("STANDARD"),
      deletionProtectionEnabled: always(false),
    },
    find: async (r) => {
      const client = await r.aws().logs();
      const { logGroups = [] } = await client.describeLogGroups({ logGroupNamePrefix: r.text("name") });
      const mine = logGroups.find(({ logGroupName }) => logGroupName === r.text("name"));
      if (mine === undefined) return undefined;
      return { id: r.text("name"), props: { retentionInDays: mine.retentionInDays ?? 0 } };
    },
    make: async (r) => {
      const client = await r.aws().logs();
      const key = present({ kmsKeyId: r.maybeText("kmsKeyId") });
      await client.createLogGroup({ logGroupName: r.text("name"), tags: { ...r.tags }, ...key });
      return { id: r.text("name") };
    },
    settle: async (r) => {
      const client = await r.aws().logs();
      const logGroupName = r.text("name");
      const days = r.number("retentionInDays") ?? 0;
      if (days > 0) await client.putRetentionPolicy({ logGroupName, retentionInDays: days });
      else if (!r.fresh) await orAbsent(client.deleteRetentionPolicy({ logGroupName }));
      if (r.fresh) return;
      const resourceArn = r.arn("logs", `log-group:${logGroupName}`);
      await settleTags(
        r,
        (tags) => client.tagResource({ resourceArn, tags }),
        (tagKeys) => client.untagResource({ resourceArn, tagKeys }),
      );
    },
    drop: async (r) => {
      if (r.flag("skipDestroy") === true) return;
      const client = await r.aws().logs();
      await client.deleteLogGroup({ logGroupName: r.text("name") });
    },
  }),

  "aws:cloudwatch/logStream:LogStream": emulated({
    autoName: { property: "name", max: 512 },
    replaceOn: ["name", "logGroupName"],
    outputs: { arn: (r) => r.arn("logs", `log-group:${r.text("logGroupName")}:log-stream:${r.text("name")}`) },
    find: async (r) => {
      const client = await r.aws().logs();
      const where = { logGroupName: r.text("logGroupName"), logStreamNamePrefix: r.text("name") };
      const found = await orAbsent(client.describeLogStreams(where));
      const mine = found?.logStreams?.find(({ logStreamName }) => logStreamName === r.text("name"));
      return mine === undefined ? undefined : { id: r.text("name") };
    },
    make: async (r) => {
      const client = await r.aws().logs();
      await client.createLogStream({ logGroupName: r.text("logGroupName"), logStreamName: r.text("name") });
      return { id: r.text("name") };
    },
    drop: async (r) => {
      const client = await r.aws().logs();
      await client.deleteLogStream({ logGroupName: r.text("logGroupName"), logStreamName: r.text("name") });
    },
  }),

  "aws:cloudwatch/logDeliverySource:LogDeliverySource": validated({
    autoName: { property: "name", max: 60 },
    replaceOn: ["*"],
    outputs: {
      arn: (r) => r.arn("logs", `delivery-source:${r.text("name")}`),
      service: (r) => r.text("resourceArn").split(":")[2] ?? "",
    },
    id: (r) => r.text("name"),
  }),
  "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": validated({
    autoName: { property: "name", max: 60 },
    replaceOn: ["name", "deliveryDestinationType"],
    outputs: {
      arn: (r) => r.arn("logs", `delivery-destination:${r.text("name")}`),
      deliveryDestinationType: always("CWL"),
    },
    id: (r) => r.text("name"),
  }),
  "aws:cloudwatch/logDelivery:LogDelivery": validated({
    replaceOn: ["deliveryDestinationArn", "deliverySourceName"],
    outputs: { arn: (r) => r.arn("logs", `delivery:${r.id}`), fieldDelimiter: always(""), recordFields: always([]) },
    id: (r) => r.hex(16),
  }),
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": validated({
    autoName: { property: "name", max: 512 },
    replaceOn: ["name", "logGroup"],
    defaults: { distribution: "ByLogStream" },
    outputs: { roleArn: always("") },
    id: (r) => `cwlsf-${r.hex(10)}`,
  }),

  "aws:cloudwatch/logMetricFilter:LogMetricFilter": emulated({
    autoName: { property: "name", max: 512 },
    replaceOn: ["name", "logGroupName"],
    find: async (r) => {
      const client = await r.aws().logs();
      const where = { logGroupName: r.text("logGroupName"), filterNamePrefix: r.text("name") };
      const found = await orAbsent(client.describeMetricFilters(where));
      const mine = found?.metricFilters?.find(({ filterName }) => filterName === r.text("name"));
      return mine === undefined ? undefined : { id: r.text("name") };
    },
    make: async (r) => {
      await putFilter(r);
      return { id: r.text("name") };
    },
    settle: (r) => (r.fresh ? Promise.resolve() : putFilter(r)),
    drop: async (r) => {
      const client = await r.aws().logs();
      await client.deleteMetricFilter({ logGroupName: r.text("logGroupName"), filterName: r.text("name") });
    },
  }),

  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": emulated({
    replaceOn: ["policyName", "resourceArn"],
    key: ["policyName"],
    required: ["policyName"],
    outputs: { policyScope: always("ACCOUNT"), revisionId: always("") },
    find: async (r) => {
      const client = await r.aws().logs();
      const { resourcePolicies = [] } = await client.describeResourcePolicies({});
      const mine = resourcePolicies.find(({ policyName }) => policyName === r.text("policyName"));
      if (mine?.policyDocument === undefined) return undefined;
      const policyDocument = sameJson(r.props["policyDocument"], mine.policyDocument);
      return { id: r.text("policyName"), props: { policyDocument } };
    },
    make: async (r) => {
      await putPolicy(r);
      return { id: r.text("policyName") };
    },
    settle: (r) => (r.fresh ? Promise.resolve() : putPolicy(r)),
    drop: async (r) => {
      const client = await r.aws().logs();
      await client.deleteResourcePolicy({ policyName: r.text("policyName") });
    },
  }),
};

async function putFilter(r: Resource): Promise<void> {
  const client = await r.aws().logs();
  const { dimensions, name, namespace, value, ...rest } = r.block("metricTransformation");
  const extra = pick(rest, "defaultValue", "unit");
  const transformation = {
    metricName: asText(name) ?? "",
    metricNamespace: asText(namespace) ?? "",
    metricValue: asText(value) ?? "",
    ...(extra["defaultValue"] === undefined ? {} : { defaultValue: Number(extra["defaultValue"]) }),
    ...(extra["unit"] === undefined ? {} : { unit: extra["unit"] as "Count" }),
    ...(dimensions === undefined ? {} : { dimensions: asTextMap(dimensions) }),
  };
  await client.putMetricFilter({
    logGroupName: r.text("logGroupName"),
    filterName: r.text("name"),
    filterPattern: r.text("pattern"),
    metricTransformations: [transformation],
  });
}

async function putPolicy(r: Resource): Promise<void> {
  const client = await r.aws().logs();
  await client.putResourcePolicy({
    policyName: r.text("policyName"),
    policyDocument: jsonText(r.props["policyDocument"]),
  });
}
