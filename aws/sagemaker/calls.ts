import type { Caller, CallNode, CallPlace, CallRow } from "../call";
import {
  asRole,
  assumes,
  at,
  bucketKey,
  given,
  isSet,
  keyCall,
  list,
  objectArn,
  pulls,
  READ_KEY,
  USE_KEY,
} from "../call-kit";
import type { Value } from "../value";

const MODEL = ["aws:sagemaker/model:Model"];
const CONFIGURATION = ["aws:sagemaker/endpointConfiguration:EndpointConfiguration"];
const SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html";

const role = ({ inputs }: CallNode): Caller => asRole(at(inputs, "executionRoleArn"));
const containers = ({ inputs }: CallNode): readonly Value[] => [
  ...list(inputs, "primaryContainer"),
  ...list(inputs, "containers"),
];
const data = (node: CallNode): readonly Value[] =>
  containers(node).flatMap((one) => [...list(one, "modelDataUrl"), ...list(one, "modelDataSource.s3DataSource.s3Uri")]);

/** Roles of the models that an endpoint configuration runs. */
function modelRoles({ inputs }: CallNode, place: CallPlace): readonly Value[] {
  return list(inputs, "productionVariants").flatMap((variant) => {
    const found = place.find(at(variant, "modelName"), "aws:sagemaker/model:Model");
    return found === undefined ? [] : [at(found.inputs, "executionRoleArn")];
  });
}

export const calls: readonly CallRow[] = [
  assumes(
    { id: "sagemaker-model-role", types: MODEL, property: "executionRoleArn", source: SOURCE },
    { service: "sagemaker.amazonaws.com" },
  ),
  {
    id: "sagemaker-model-image",
    types: MODEL,
    property: "primaryContainer.image",
    title: "A model's role pulls its image",
    source: SOURCE,
    calls: (node, place) => containers(node).flatMap((one) => pulls(place, role(node), at(one, "image"))),
  },
  {
    id: "sagemaker-model-data",
    types: MODEL,
    property: "primaryContainer.modelDataUrl",
    title: "A model's role reads the model",
    source: SOURCE,
    calls: (node, place) =>
      data(node).flatMap((address) => {
        const resource = objectArn(place, address);
        return resource === undefined ? [] : [{ caller: role(node), actions: ["s3:GetObject"], resource }];
      }),
  },
  {
    id: "sagemaker-model-key",
    types: MODEL,
    property: "primaryContainer.modelDataUrl",
    title: "A model's role reads with the key of the model",
    source: SOURCE,
    calls: (node, place) => data(node).flatMap((address) => bucketKey(place, role(node), address, READ_KEY)),
  },
  {
    id: "sagemaker-model-network",
    types: MODEL,
    property: "vpcConfig",
    title: "A model's role makes network interfaces in the VPC",
    source: SOURCE,
    calls: (node) =>
      isSet(at(node.inputs, "vpcConfig"))
        ? [
            {
              caller: role(node),
              actions: [
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
              ],
              resource: "*",
            },
          ]
        : [],
  },
  {
    id: "sagemaker-model-interfaces",
    types: MODEL,
    property: "vpcConfig",
    title: "A model's role makes and removes network interfaces",
    source: SOURCE,
    calls: (node, place) =>
      isSet(at(node.inputs, "vpcConfig"))
        ? [
            {
              caller: role(node),
              actions: [
                "ec2:CreateNetworkInterface",
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
              ],
              resource: place.arn("ec2", "network-interface/*"),
            },
          ]
        : [],
  },
  {
    id: "sagemaker-model-log",
    types: MODEL,
    property: "executionRoleArn",
    title: "A model's role writes the log of its endpoint",
    source: SOURCE,
    calls: (node, place) => [
      {
        caller: role(node),
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resource: place.arn("logs", "log-group:/aws/sagemaker/Endpoints/*"),
      },
      {
        caller: role(node),
        actions: ["logs:CreateLogGroup"],
        resource: place.arn("logs", "log-group:/aws/sagemaker/Endpoints/*"),
      },
    ],
  },
  {
    id: "sagemaker-model-metrics",
    types: MODEL,
    property: "executionRoleArn",
    title: "A model's role publishes the metrics of its endpoint",
    source: SOURCE,
    calls: (node) => [
      {
        caller: role(node),
        actions: ["cloudwatch:PutMetricData"],
        resource: "*",
        context: { "cloudwatch:namespace": "/aws/sagemaker/Endpoints" },
      },
    ],
  },
  {
    id: "sagemaker-endpoint-key",
    types: CONFIGURATION,
    property: "kmsKeyArn",
    title: "Whoever makes the endpoint configuration gives SageMaker the key of its volumes",
    source: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html",
    calls: (node, place) =>
      given(node, "kmsKeyArn").flatMap((key) =>
        keyCall(place, { deployer: true }, key, ["kms:CreateGrant", "kms:DescribeKey"], {
          "kms:GrantIsForAWSResource": "true",
        }),
      ),
  },
  {
    id: "sagemaker-capture-bucket",
    types: CONFIGURATION,
    property: "dataCaptureConfig.destinationS3Uri",
    title: "A model's role writes captured data",
    source: "https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html",
    calls: (node, place) =>
      modelRoles(node, place).flatMap((one) => {
        const prefix = objectArn(place, at(node.inputs, "dataCaptureConfig.destinationS3Uri"));
        return prefix === undefined
          ? []
          : [{ caller: { role: one }, actions: ["s3:PutObject"], resource: `${prefix.replace(/\/$/, "")}/*` }];
      }),
  },
  {
    id: "sagemaker-capture-key",
    types: CONFIGURATION,
    property: "dataCaptureConfig",
    title: "A model's role writes captured data with its key",
    source: "https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html",
    calls: (node, place) =>
      modelRoles(node, place).flatMap((one) => {
        const key = at(node.inputs, "dataCaptureConfig.kmsKeyId");
        return key === undefined
          ? bucketKey(place, { role: one }, at(node.inputs, "dataCaptureConfig.destinationS3Uri"), USE_KEY)
          : keyCall(place, { role: one }, key, USE_KEY);
      }),
  },
];
