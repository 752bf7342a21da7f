import type { CallRow } from "../call";
import {
  addressesIn,
  assumes,
  at,
  bucketKey,
  given,
  logStreams,
  objectArn,
  onBehalfOf,
  READ_KEY,
  text,
  WRITE_KEY,
} from "../call-kit";
import type { Value } from "../value";

const TEMPLATE = ["aws:ec2/launchTemplate:LaunchTemplate"];
const INSTANCE = [...TEMPLATE, "aws:ec2/instance:Instance"];
const FLOW_LOG = ["aws:ec2/flowLog:FlowLog"];
const FLOW_SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html";
const TO_BUCKET = "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html";

/** Name or ARN of the instance profile that a template or instance names. */
const profile = (inputs: Value): Value =>
  at(inputs, "iamInstanceProfile.arn") ?? at(inputs, "iamInstanceProfile.name") ?? at(inputs, "iamInstanceProfile");

/** User data in the clear; a template has it in base64. */
function userData(inputs: Value): string {
  const base64 = text(inputs, "userDataBase64") ?? text(inputs, "userData") ?? "";
  return /^[A-Za-z0-9+/=\s]+$/.test(base64) ? Buffer.from(base64, "base64").toString("utf8") : base64;
}

export const calls: readonly CallRow[] = [
  assumes(
    {
      id: "ec2-instance-profile",
      types: INSTANCE,
      property: "iamInstanceProfile",
      source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html",
    },
    {
      service: "ec2.amazonaws.com",
      account: "no",
      roles: ({ inputs }, place) => [place.roleOfProfile(profile(inputs))],
    },
  ),
  {
    id: "ec2-bootstrap-object",
    types: INSTANCE,
    property: "userData",
    title: "An instance reads the objects that its user data names",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html",
    calls: ({ inputs }, place) => {
      const role = place.roleOfProfile(profile(inputs));
      return addressesIn(userData(inputs)).map((address) => ({
        caller: { role },
        actions: ["s3:GetObject"],
        resource: objectArn(place, address),
        fromVpc: true,
      }));
    },
  },
  {
    id: "ec2-bootstrap-key",
    types: INSTANCE,
    property: "userData",
    title: "An instance reads with the key of the objects that its user data names",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    calls: ({ inputs }, place) => {
      const role = place.roleOfProfile(profile(inputs));
      return addressesIn(userData(inputs)).flatMap((address) => bucketKey(place, { role }, address, READ_KEY));
    },
  },
  assumes(
    { id: "ec2-flow-log-role", types: FLOW_LOG, property: "iamRoleArn", source: FLOW_SOURCE },
    { service: "vpc-flow-logs.amazonaws.com" },
  ),
  {
    id: "ec2-flow-log-group",
    types: FLOW_LOG,
    property: "logDestination",
    title: "A flow log's role writes to its log group",
    source: FLOW_SOURCE,
    calls: (node) =>
      given(node, "iamRoleArn").flatMap((role) => {
        const group = at(node.inputs, "logDestination");
        return [
          { caller: { role }, actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resource: logStreams(group) },
          {
            caller: { role },
            actions: ["logs:DescribeLogStreams"],
            resource: typeof group === "string" ? `${group.replace(/:\*$/, "")}:log-stream:` : group,
          },
        ];
      }),
  },
  {
    id: "ec2-flow-log-bucket",
    types: FLOW_LOG,
    property: "logDestination",
    title: "Flow logs are delivered to the bucket",
    source: TO_BUCKET,
    calls: ({ inputs }, place) => {
      const bucket = at(inputs, "logDestination");
      if (typeof bucket !== "string" || !bucket.includes(":s3:::")) return [];
      const [name = "", prefix = ""] = (bucket.split(":::")[1] ?? "").split(/\/(.*)/s);
      const caller = { service: "delivery.logs.amazonaws.com" };
      const context = onBehalfOf(place, place.arn("logs", "*"));
      const arn = `arn:${place.partition}:s3:::${name}`;
      return [
        { caller, actions: ["s3:GetBucketAcl"], resource: arn, context },
        {
          caller,
          actions: ["s3:PutObject"],
          resource: `${arn}/${prefix === "" ? "" : `${prefix.replace(/\/$/, "")}/`}AWSLogs/${place.account}/*`,
          context: { ...context, "s3:x-amz-acl": "bucket-owner-full-control" },
        },
      ];
    },
  },
  {
    id: "ec2-flow-log-bucket-key",
    types: FLOW_LOG,
    property: "logDestination",
    title: "Flow logs are written with the bucket's key",
    source: TO_BUCKET,
    calls: ({ inputs }, place) => {
      const bucket = at(inputs, "logDestination");
      if (typeof bucket !== "string" || !bucket.includes(":s3:::")) return [];
      return bucketKey(place, { service: "delivery.logs.amazonaws.com" }, bucket, WRITE_KEY, {
        context: onBehalfOf(place, place.arn("logs", "*")),
      });
    },
  },
];
