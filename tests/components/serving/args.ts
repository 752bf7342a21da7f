import type { RecommendationApiArgs } from "../../../components/serving/api";
import type { ModelEndpointArgs } from "../../../components/serving/endpoint";
import { keyArn, SCOPE } from "../../kit/builders";

export const ENDPOINT: ModelEndpointArgs = {
  scope: SCOPE,
  image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/meridian@sha256:1",
  imageRepositoryArn: "arn:aws:ecr:us-east-1:111122223333:repository/meridian",
  imageVersion: "sha256:1",
  model: { dataUrl: "s3://artifacts/models/1/model.tar.gz", digest: "a".repeat(64) },
  variants: [
    { name: "control", weight: 9, instanceType: "ml.c7g.large", minInstances: 2, maxInstances: 10 },
    { name: "challenger", weight: 1, instanceType: "ml.c7g.large", minInstances: 2, maxInstances: 6 },
  ],
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  keyArn: keyArn("behaviour"),
  artifactsBucket: "artifacts",
  capture: { bucket: "raw", prefix: "capture/endpoint", percent: 10 },
  invocationsPerInstanceMinute: 4200,
};

export const API: RecommendationApiArgs = {
  scope: SCOPE,
  kubernetesVersion: "1.33",
  nodeInstanceTypes: ["m7g.xlarge", "m6g.xlarge"],
  nodes: { min: 3, max: 9 },
  replicas: { min: 3, max: 12 },
  vpcCidr: "10.0.0.0/16",
  subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  keyArn: keyArn("technical"),
  image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/meridian@sha256:2",
  tables: {
    recommendations: "meridian-test-us-recommendations",
    models: "meridian-test-us-models",
    flags: "meridian-test-flags",
  },
  cache: {
    endpoint: "cache.example",
    port: 6379,
    securityGroupId: "sg-cache",
    cacheName: "meridian-test-use1-cache",
    userName: "meridian-test-use1-api",
    connectArns: ["arn:aws:elasticache:us-east-1:111122223333:replicationgroup:meridian-test-use1-cache"],
  },
  endpointName: "meridian-test-us-east-1-recommendations",
  stream: { name: "meridian-test-us-east-1-events", keyArn: keyArn("identifier") },
  tablesKeyAlias: "alias/meridian-test-us-east-1-tables",
  variants: [{ name: "champion", weight: 1 }],
  pseudonymKeyAlias: "alias/meridian-test-us-east-1-pseudonym",
};
