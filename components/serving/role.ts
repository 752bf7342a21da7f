import type * as pulumi from "@pulumi/pulumi";
import { trustService } from "../kit/iam";
import { allowEndpointLogs, allowInterfaces, allowMetrics } from "../parts/refs/account";
import { createRole, type MadeRole } from "../parts/role";
import type { ModelEndpointArgs } from "./contract";

/**
 * What SageMaker does with the role for the endpoint: reads models, pulls the image, records traffic, joins the network.
 * Source: docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, "CreateModel"
 */
export function createEndpointRole(
  name: string,
  { scope, artifacts, capture, repository, key }: ModelEndpointArgs,
  parent: pulumi.Resource,
): MadeRole {
  return createRole(
    name,
    {
      scope,
      part: "endpoint",
      trust: trustService(scope, "sagemaker.amazonaws.com"),
      grants: [
        artifacts.allowRead("models/*"),
        artifacts.allowList(),
        capture.bucket.allowPut(`${capture.prefix}/*`),
        repository.allowPull(),
        allowEndpointLogs(scope),
        allowMetrics("/aws/sagemaker/*"),
        // The instances' volumes are under the key, by a grant that lives as long as they do.
        key.allowUse("EncryptVolumes", ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]),
        ...allowInterfaces(
          scope,
          [
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
          ],
          ["ec2:DeleteNetworkInterfacePermission"],
        ),
      ],
    },
    parent,
  );
}
