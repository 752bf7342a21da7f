import type { RecommendationApiArgs } from "../../../components/serving/api";
import type { ModelEndpointArgs } from "../../../components/serving/endpoint";
import { CacheRef } from "../../../components/parts/refs/cache";
import { EndpointRef } from "../../../components/parts/refs/endpoint";
import { KeyRef } from "../../../components/parts/refs/key";
import { RepositoryRef } from "../../../components/parts/refs/repository";
import { SCOPE } from "../../kit/builders";
import { bucketOf, KEYS, streamOf, tableOf } from "../../kit/refs";

export const ENDPOINT: ModelEndpointArgs = {
  scope: SCOPE,
  image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/meridian@sha256:1",
  repository: new RepositoryRef(SCOPE, "meridian"),
  imageVersion: "sha256:1",
  model: { dataUrl: "s3://artifacts/models/1/model.tar.gz", digest: "a".repeat(64) },
  variants: [
    { name: "control", weight: 9, instanceType: "ml.c7g.large", minInstances: 2, maxInstances: 10 },
    { name: "challenger", weight: 1, instanceType: "ml.c7g.large", minInstances: 2, maxInstances: 6 },
  ],
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  key: KEYS.behaviour,
  artifacts: bucketOf("artifacts", "technical"),
  capture: { bucket: bucketOf("bronze"), prefix: "capture/endpoint", percent: 10 },
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
  key: KEYS.technical,
  image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/meridian@sha256:2",
  tables: {
    recommendations: tableOf("meridian-test-us-recommendations"),
    models: tableOf("meridian-test-us-models"),
    flags: tableOf("meridian-test-flags"),
  },
  cache: new CacheRef({
    endpoint: "cache.example",
    port: 6379,
    securityGroupId: "sg-cache",
    cacheName: "meridian-test-use1-cache",
    userName: "meridian-test-use1-api",
    connectArns: ["arn:aws:elasticache:us-east-1:111122223333:replicationgroup:meridian-test-use1-cache"],
  }),
  endpoint: new EndpointRef(SCOPE, "meridian-test-us-east-1-recommendations"),
  stream: streamOf("meridian-test-us-east-1-events"),
  variants: [{ name: "champion", weight: 1 }],
  pseudonymKey: KeyRef.byAlias(SCOPE, "alias/meridian-test-us-east-1-pseudonym"),
};
