import type {
  MetricDataQuery,
  PutCompositeAlarmCommandInput,
  PutMetricAlarmCommandInput,
} from "@aws-sdk/client-cloudwatch";
import { orAbsent } from "../../failures";
import { asText, asTextMap, isProps, type Props } from "../../values";
import { always, emulated, type ServiceTable } from "../define";
import { jsonText, sameJson } from "../json";
import type { Resource } from "../resource";
import { awsShape, pick, tagList } from "../shape";
import { settleTags } from "../tags";

export const cloudwatch: ServiceTable = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": emulated({
    autoName: { property: "name", max: 255 },
    replaceOn: ["name"],
    defaults: { actionsEnabled: true, treatMissingData: "missing" },
    outputs: {
      arn: (r) => r.arn("cloudwatch", `alarm:${r.text("name")}`),
      evaluateLowSampleCountPercentiles: always(""),
    },
    ...alarm("name", async (r, client) => {
      await client.putMetricAlarm(alarmOf(r));
    }),
  }),

  "aws:cloudwatch/compositeAlarm:CompositeAlarm": emulated({
    replaceOn: ["alarmName", "actionsEnabled"],
    key: ["alarmName"],
    defaults: { actionsEnabled: true },
    outputs: { arn: (r) => r.arn("cloudwatch", `alarm:${r.text("alarmName")}`) },
    ...alarm("alarmName", async (r, client) => {
      const plain = pick(
        r.props,
        "actionsEnabled",
        "alarmActions",
        "alarmDescription",
        "alarmName",
        "alarmRule",
        "okActions",
      );
      const spelling = { okActions: "OKActions" };
      await client.putCompositeAlarm({
        ...(awsShape(plain, spelling) as PutCompositeAlarmCommandInput),
        Tags: tagList(r.tags),
      });
    }),
  }),

  "aws:cloudwatch/dashboard:Dashboard": emulated({
    replaceOn: ["dashboardName"],
    key: ["dashboardName"],
    outputs: { dashboardArn: (r) => r.arn("cloudwatch", `dashboard/${r.text("dashboardName")}`, { region: "" }) },
    find: async (r) => {
      const client = await r.aws().cloudwatch();
      const found = await orAbsent(client.getDashboard({ DashboardName: r.text("dashboardName") }));
      if (found?.DashboardBody === undefined) return undefined;
      const dashboardBody = sameJson(r.props["dashboardBody"], found.DashboardBody);
      return { id: r.text("dashboardName"), props: { dashboardBody } };
    },
    make: async (r) => {
      await putDashboard(r);
      return { id: r.text("dashboardName") };
    },
    settle: (r) => (r.fresh ? Promise.resolve() : putDashboard(r)),
    drop: async (r) => {
      const client = await r.aws().cloudwatch();
      await client.deleteDashboards({ DashboardNames: [r.text("dashboardName")] });
    },
  }),
};

type CloudWatchClient = Awaited<ReturnType<ReturnType<Resource["aws"]>["cloudwatch"]>>;

function alarm(
  key: string,
  put: (r: Resource, client: CloudWatchClient) => Promise<void>,
): Pick<NonNullable<ServiceTable[string]["emulation"]>, "find" | "make" | "settle" | "drop"> {
  return {
    find: async (r) => {
      const client = await r.aws().cloudwatch();
      const AlarmTypes = ["MetricAlarm" as const, "CompositeAlarm" as const];
      const found = await client.describeAlarms({ AlarmNames: [r.text(key)], AlarmTypes });
      const [one] = [...(found.MetricAlarms ?? []), ...(found.CompositeAlarms ?? [])];
      return one === undefined
        ? undefined
        : { id: r.text(key), props: one.AlarmArn === undefined ? {} : { arn: one.AlarmArn } };
    },
    make: async (r) => {
      await put(r, await r.aws().cloudwatch());
      return { id: r.text(key) };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().cloudwatch();
      await put(r, client);
      const ResourceARN = r.arn("cloudwatch", `alarm:${r.text(key)}`);
      await settleTags(
        r,
        (_, Tags) => client.tagResource({ ResourceARN, Tags }),
        (TagKeys) => client.untagResource({ ResourceARN, TagKeys }),
      );
    },
    drop: async (r) => {
      const client = await r.aws().cloudwatch();
      await client.deleteAlarms({ AlarmNames: [r.text(key)] });
    },
  };
}

function dimensions(props: Props): { Dimensions?: { Name: string; Value: string }[] } {
  const map = asTextMap(props["dimensions"]);
  const Dimensions = Object.entries(map).map(([Name, Value]) => ({ Name, Value }));
  return Dimensions.length === 0 ? {} : { Dimensions };
}

function alarmOf(r: Resource): PutMetricAlarmCommandInput {
  const known = pick(
    r.props,
    "actionsEnabled",
    "alarmActions",
    "alarmDescription",
    "comparisonOperator",
    "datapointsToAlarm",
    "evaluationPeriods",
    "extendedStatistic",
    "insufficientDataActions",
    "metricName",
    "namespace",
    "okActions",
    "period",
    "statistic",
    "threshold",
    "thresholdMetricId",
    "treatMissingData",
    "unit",
  );
  const queries = r.list("metricQueries").map(queryOf);
  return {
    ...(awsShape(known, { okActions: "OKActions" }) as PutMetricAlarmCommandInput),
    ...dimensions(r.props),
    ...(queries.length === 0 ? {} : { Metrics: queries }),
    AlarmName: r.text("name"),
    Tags: tagList(r.tags),
  };
}

function queryOf(query: Props): MetricDataQuery {
  const { metric, ...rest } = query;
  const shaped = awsShape(rest) as MetricDataQuery;
  if (!isProps(metric)) return shaped;
  return {
    ...shaped,
    MetricStat: {
      Metric: { ...(awsShape(pick(metric, "metricName", "namespace")) as object), ...dimensions(metric) },
      Period: Number(metric["period"] ?? 60),
      Stat: asText(metric["stat"]) ?? "Average",
    },
  };
}

async function putDashboard(r: Resource): Promise<void> {
  const client = await r.aws().cloudwatch();
  const DashboardBody = jsonText(r.props["dashboardBody"]);
  await client.putDashboard({ DashboardName: r.text("dashboardName"), DashboardBody });
}
