import { isSet, list, text } from "../value";
import type { PlannedResource } from "./quota";

/** A role that a service acts by in the account, once for all regions. */
export interface ServiceLinkedRole {
  /** What `aws iam create-service-linked-role --aws-service-name` takes. */
  readonly service: string;
  /** Name of the role that it makes. */
  readonly role: string;
  /** Pulumi type tokens whose resources need it. */
  readonly types: readonly string[];
  /** Whether a resource of these types needs it. @default every one */
  readonly needs?: (resource: PlannedResource) => boolean;
  /**
   * `first use`: AWS makes it with the first such resource, for a caller who may `iam:CreateServiceLinkedRole`.
   * `you`: it must exist before, or the request is refused.
   */
  readonly madeBy: "first use" | "you";
  readonly source: string;
}

const ofService =
  (namespace: string) =>
  ({ inputs }: PlannedResource): boolean =>
    text(inputs, "serviceNamespace") === namespace;

const TARGET = "aws:appautoscaling/target:Target";
const APPLICATION_AUTOSCALING =
  "https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html";

const isSpot = ({ inputs, type }: PlannedResource): boolean =>
  type === "aws:emr/instanceFleet:InstanceFleet"
    ? list(inputs, "launchSpecifications.spotSpecifications").length > 0
    : text(inputs, "capacityType") === "SPOT" || isSet(inputs["mixedInstancesPolicy"]);

/** Service-linked roles of the services that the platform's types belong to. */
export const SERVICE_LINKED_ROLES: readonly ServiceLinkedRole[] = [
  {
    service: "autoscaling.amazonaws.com",
    role: "AWSServiceRoleForAutoScaling",
    types: ["aws:autoscaling/group:Group"],
    // Keys that name the role in their policy are refused while it is missing.
    madeBy: "you",
    source: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-service-linked-role.html",
  },
  {
    service: "spot.amazonaws.com",
    role: "AWSServiceRoleForEC2Spot",
    types: ["aws:autoscaling/group:Group", "aws:eks/nodeGroup:NodeGroup", "aws:emr/instanceFleet:InstanceFleet"],
    needs: isSpot,
    madeBy: "first use",
    source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/service-linked-roles-spot-instance-requests.html",
  },
  {
    service: "eks.amazonaws.com",
    role: "AWSServiceRoleForAmazonEKS",
    types: ["aws:eks/cluster:Cluster"],
    madeBy: "first use",
    source: "https://docs.aws.amazon.com/eks/latest/userguide/using-service-linked-roles-eks.html",
  },
  {
    service: "eks-nodegroup.amazonaws.com",
    role: "AWSServiceRoleForAmazonEKSNodegroup",
    types: ["aws:eks/nodeGroup:NodeGroup"],
    madeBy: "first use",
    source: "https://docs.aws.amazon.com/eks/latest/userguide/using-service-linked-roles-eks-nodegroups.html",
  },
  {
    service: "elasticloadbalancing.amazonaws.com",
    role: "AWSServiceRoleForElasticLoadBalancing",
    types: ["kubernetes:core/v1:Service", "aws:lb/loadBalancer:LoadBalancer"],
    needs: ({ inputs, type }) => !type.startsWith("kubernetes:") || text(inputs, "spec.type") === "LoadBalancer",
    madeBy: "first use",
    source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-service-linked-roles.html",
  },
  {
    service: "elasticmapreduce.amazonaws.com",
    role: "AWSServiceRoleForEMRCleanup",
    // The second for clusters that are made by a run.
    types: ["aws:emr/cluster:Cluster", "aws:emr/securityConfiguration:SecurityConfiguration"],
    madeBy: "first use",
    source: "https://docs.aws.amazon.com/emr/latest/ManagementGuide/using-service-linked-roles-cleanup.html",
  },
  {
    service: "elasticache.amazonaws.com",
    role: "AWSServiceRoleForElastiCache",
    types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
    madeBy: "first use",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/using-service-linked-roles.html",
  },
  {
    service: "opensearchservice.amazonaws.com",
    role: "AWSServiceRoleForAmazonOpenSearchService",
    types: ["aws:opensearch/domain:Domain"],
    needs: ({ inputs }) => isSet(inputs["vpcOptions"]),
    // Only the console makes it: a domain in a VPC is refused by the API while it is missing.
    madeBy: "you",
    source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/slr.html",
  },
  {
    service: "redshift.amazonaws.com",
    role: "AWSServiceRoleForRedshift",
    types: ["aws:redshift/cluster:Cluster"],
    madeBy: "first use",
    source: "https://docs.aws.amazon.com/redshift/latest/mgmt/using-service-linked-roles.html",
  },
  {
    service: "replication.dynamodb.amazonaws.com",
    role: "AWSServiceRoleForDynamoDBReplication",
    types: ["aws:dynamodb/table:Table"],
    needs: ({ inputs }) => list(inputs, "replicas").length > 0,
    madeBy: "first use",
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/using-service-linked-roles.html",
  },
  {
    service: "dynamodb.application-autoscaling.amazonaws.com",
    role: "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
    types: [TARGET],
    needs: ofService("dynamodb"),
    madeBy: "first use",
    source: APPLICATION_AUTOSCALING,
  },
  {
    service: "sagemaker.application-autoscaling.amazonaws.com",
    role: "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
    types: [TARGET],
    needs: ofService("sagemaker"),
    madeBy: "first use",
    source: APPLICATION_AUTOSCALING,
  },
  {
    service: "ops.apigateway.amazonaws.com",
    role: "AWSServiceRoleForAPIGateway",
    types: ["aws:apigatewayv2/domainName:DomainName"],
    madeBy: "first use",
    source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html",
  },
  {
    service: "mrk.kms.amazonaws.com",
    role: "AWSServiceRoleForKeyManagementServiceMultiRegionKeys",
    types: ["aws:kms/replicaKey:ReplicaKey"],
    madeBy: "first use",
    source: "https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-auth-slr.html",
  },
  {
    service: "replication.ecr.amazonaws.com",
    role: "AWSServiceRoleForECRReplication",
    types: ["aws:ecr/replicationConfiguration:ReplicationConfiguration"],
    madeBy: "first use",
    source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/slr-replication.html",
  },
  {
    service: "wafv2.amazonaws.com",
    role: "AWSServiceRoleForWAFV2Logging",
    types: ["aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"],
    madeBy: "first use",
    source: "https://docs.aws.amazon.com/waf/latest/developerguide/using-service-linked-roles.html",
  },
];
