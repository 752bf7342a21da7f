import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { arnOf, bucketArnOf } from "../kit/arn";
import { allowing, trustService } from "../kit/iam";
import { nameOf } from "../kit/names";
import type { ModelEndpointArgs } from "./contract";

/** What SageMaker may do for the endpoint: read models, pull the image, record traffic, join the network. */
export function createRole(
  name: string,
  args: ModelEndpointArgs,
  parent: pulumi.Resource,
): { role: aws.iam.Role; policy: aws.iam.RolePolicy } {
  const { scope, capture } = args;
  const role = new aws.iam.Role(
    name,
    { name: nameOf(scope, "endpoint", "role"), assumeRolePolicy: trustService(scope, "sagemaker.amazonaws.com") },
    { parent },
  );
  const policy = new aws.iam.RolePolicy(
    name,
    {
      role: role.name,
      policy: allowing(
        {
          sid: "ReadModels",
          actions: ["s3:GetObject"],
          resources: [bucketArnOf(scope, args.artifactsBucket, "models/*")],
        },
        {
          sid: "ListModels",
          actions: ["s3:ListBucket"],
          resources: [bucketArnOf(scope, args.artifactsBucket)],
        },
        {
          sid: "WriteCapture",
          actions: ["s3:PutObject"],
          resources: [bucketArnOf(scope, capture.bucket, `${capture.prefix}/*`)],
        },
        {
          sid: "PullImage",
          actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
          resources: [args.imageRepositoryArn],
        },
        // No resource-level permission: docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
        { sid: "LogInToRegistry", actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
        {
          sid: "WriteLogs",
          actions: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
          resources: [arnOf(scope, "logs", "log-group:/aws/sagemaker/Endpoints/*")],
        },
        // No resource-level permission, so bound by namespace: docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
        {
          sid: "WriteMetrics",
          actions: ["cloudwatch:PutMetricData"],
          resources: ["*"],
          conditions: { StringLike: { "cloudwatch:namespace": "/aws/sagemaker/*" } },
        },
        {
          sid: "UseDataKey",
          actions: ["kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant", "kms:DescribeKey"],
          resources: [args.keyArn],
        },
        {
          sid: "JoinNetwork",
          actions: [
            "ec2:CreateNetworkInterface",
            "ec2:CreateNetworkInterfacePermission",
            "ec2:DeleteNetworkInterface",
            "ec2:DeleteNetworkInterfacePermission",
          ],
          resources: ["network-interface/*", "subnet/*", "security-group/*"].map((kind) => arnOf(scope, "ec2", kind)),
        },
        // No resource-level permission: docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
        {
          sid: "SeeNetwork",
          actions: [
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
          ],
          resources: ["*"],
        },
      ),
    },
    { parent },
  );
  return { role, policy };
}
