import type { CallRow } from "../call";
import { at, given, keyCall, list, pulls, USE_KEY } from "../call-kit";

const APPLICATION = ["aws:emrserverless/application:Application"];
const SOURCE = "https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/jobs-log-storage.html";

/** Roles that somebody may pass to EMR Serverless: a job runs as one of them. */
const jobRoles = (place: Parameters<CallRow["calls"]>[1]) =>
  place
    .of("aws:iam/role:Role")
    .filter(({ inputs }) => JSON.stringify(at(inputs, "assumeRolePolicy")).includes("emr-serverless"));

export const calls: readonly CallRow[] = [
  {
    id: "emrserverless-job-role",
    types: APPLICATION,
    property: "name",
    title: "EMR Serverless assumes the role of its jobs",
    source: "https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/getting-started.html",
    calls: (node, place) => {
      const application = place.arnOf(node);
      const run = typeof application === "string" ? `${application}/jobruns/*` : application;
      return jobRoles(place)
        .filter(({ stack }) => stack === node.stack)
        .map((role) => ({
          caller: { service: "emr-serverless.amazonaws.com" },
          actions: ["sts:AssumeRole"],
          resource: place.arnOf(role),
          context: { "aws:SourceAccount": place.account, "aws:SourceArn": run },
        }));
    },
  },
  {
    id: "emrserverless-log-key",
    types: APPLICATION,
    property: "monitoringConfiguration",
    title: "Jobs write their log with its key",
    source: SOURCE,
    calls: (node, place) =>
      ["s3MonitoringConfiguration.encryptionKeyArn", "cloudwatchLoggingConfiguration.encryptionKeyArn"].flatMap(
        (path) =>
          given(node, `monitoringConfiguration.${path}`).flatMap((key) =>
            jobRoles(place).flatMap((role) => keyCall(place, { role: place.arnOf(role) }, key, USE_KEY)),
          ),
      ),
  },
  {
    id: "emrserverless-image",
    types: APPLICATION,
    property: "imageConfiguration.imageUri",
    title: "EMR Serverless pulls the application's image",
    source: "https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/application-custom-image.html",
    calls: ({ inputs }, place) =>
      list(inputs, "imageConfiguration.imageUri").flatMap((image) =>
        pulls(place, { service: "emr-serverless.amazonaws.com" }, image).filter(({ resource }) => resource !== "*"),
      ),
  },
];
