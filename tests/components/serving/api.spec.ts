import assert from "node:assert/strict";
import { RecommendationApi } from "../../../components/serving/api";
import { readSettings } from "../../../services/api/settings";
import { statements, tooWide } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { KEYS } from "../../kit/refs";
import { assertRefused } from "../../kit/refusals";
import { API } from "./args";

const make = (args: Partial<typeof API> = {}) =>
  record(({ opts }) => new RecommendationApi("api", { ...API, ...args }, opts));

interface PodTemplate {
  readonly metadata: { readonly annotations: Record<string, string> };
  readonly spec: {
    readonly automountServiceAccountToken: boolean;
    readonly securityContext: Record<string, unknown>;
    readonly topologySpreadConstraints: { topologyKey: string; whenUnsatisfiable: string }[];
    readonly containers: Record<string, unknown>[];
  };
}

const template = async (args: Partial<typeof API> = {}): Promise<PodTemplate> =>
  ((await make(args)).only("kubernetes:apps/v1:Deployment").inputs["spec"] as { template: PodTemplate }).template;

describe("RecommendationApi", () => {
  it("makes exactly these resources, each under the component and through its provider", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:cloudwatch/logGroup:LogGroup api-cluster < api | protect | retain",
      "aws:ec2/launchTemplate:LaunchTemplate api-node < api",
      "aws:eks/addon:Addon api-coredns < api",
      "aws:eks/addon:Addon api-eks-pod-identity-agent < api",
      "aws:eks/addon:Addon api-kube-proxy < api",
      "aws:eks/addon:Addon api-metrics-server < api",
      "aws:eks/addon:Addon api-vpc-cni < api",
      "aws:eks/cluster:Cluster api < api",
      "aws:eks/nodeGroup:NodeGroup api < api | ignores=scalingConfig.desiredSize",
      "aws:eks/podIdentityAssociation:PodIdentityAssociation api < api",
      "aws:iam/role:Role api-cluster < api",
      "aws:iam/role:Role api-node < api",
      "aws:iam/role:Role api-pod < api",
      "aws:iam/rolePolicy:RolePolicy api-pod < api",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment api-cluster < api",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment api-node-AmazonEC2ContainerRegistryPullOnly < api",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment api-node-AmazonEKSWorkerNodeMinimalPolicy < api",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment api-node-AmazonEKS_CNI_Policy < api",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule api-to-cache < api",
      "kubernetes:apps/v1:Deployment api < api",
      "kubernetes:autoscaling/v2:HorizontalPodAutoscaler api < api",
      "kubernetes:core/v1:ConfigMap api < api",
      "kubernetes:core/v1:Namespace api < api",
      "kubernetes:core/v1:Service api < api",
      "kubernetes:core/v1:ServiceAccount api < api",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy api < api",
      "kubernetes:policy/v1:PodDisruptionBudget api < api",
      "meridian:serving:RecommendationApi api < (stack)",
    ]);
  });

  it("sends every Kubernetes object through a provider of the cluster that holds no token", async () => {
    const recording = await make();
    const provider = recording.providers.find(({ type }) => type === "pulumi:providers:kubernetes");
    assert.ok(provider);
    const config = JSON.parse(String(provider.inputs["kubeconfig"])) as { users: { user: object }[] };
    assert.deepEqual(Object.keys(config.users[0]?.user ?? {}), ["exec"]);
    assert.match(String(provider.inputs["kubeconfig"]), /"get-token","--region","us-east-1"/);
    for (const object of recording.resources.filter(({ type }) => type.startsWith("kubernetes:"))) {
      assert.ok(object.provider.startsWith(provider.urn), object.name);
    }
  });

  it("has a private endpoint, encrypted secrets, all control plane logs, and access by entries only", async () => {
    const { inputs } = (await make()).only("aws:eks/cluster:Cluster");
    const vpc = inputs["vpcConfig"] as Record<string, unknown>;
    assert.deepEqual([vpc["endpointPrivateAccess"], vpc["endpointPublicAccess"]], [true, false]);
    assert.deepEqual(inputs["encryptionConfig"], { provider: { keyArn: API.key.arn }, resources: ["secrets"] });
    assert.equal((inputs["enabledClusterLogTypes"] as string[]).length, 5);
    assert.equal((inputs["accessConfig"] as { authenticationMode: string }).authenticationMode, "API");
    assert.equal(inputs["deletionProtection"], true);
  });

  it("pins its add-ons, and enforces network policies", async () => {
    const recording = await make({ addOnVersions: { coredns: "v9" } });
    assert.equal(recording.only("aws:eks/addon:Addon", "api-coredns").inputs["addonVersion"], "v9");
    for (const { inputs } of recording.all("aws:eks/addon:Addon")) assert.match(String(inputs["addonVersion"]), /^v\d/);
    assert.match(
      String(recording.only("aws:eks/addon:Addon", "api-vpc-cni").inputs["configurationValues"]),
      /enableNetworkPolicy/,
    );
  });

  it("runs pods without privileges, spread over zones, probed, and with memory bounded", async () => {
    const { spec } = await template();
    assert.equal(spec.automountServiceAccountToken, false);
    assert.equal(spec.securityContext["runAsNonRoot"], true);
    assert.deepEqual(spec.topologySpreadConstraints[0], {
      ...spec.topologySpreadConstraints[0],
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "DoNotSchedule",
    });
    const [container] = spec.containers;
    assert.ok(container);
    assert.deepEqual(container["securityContext"], {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) assert.ok(container[probe], probe);
    assert.match(JSON.stringify(container["resources"]), /"limits":\{"memory":"512Mi"\}/);
  });

  it("leaves the number of replicas to the autoscaler and keeps all but one through a drain", async () => {
    const recording = await make();
    assert.ok(!("replicas" in (recording.only("kubernetes:apps/v1:Deployment").inputs["spec"] as object)));
    const scaling = recording.only("kubernetes:autoscaling/v2:HorizontalPodAutoscaler").inputs["spec"] as Record<
      string,
      unknown
    >;
    assert.deepEqual([scaling["minReplicas"], scaling["maxReplicas"]], [3, 12]);
    const budget = recording.only("kubernetes:policy/v1:PodDisruptionBudget").inputs["spec"] as Record<string, unknown>;
    assert.equal(budget["maxUnavailable"], 1);
  });

  it("rolls its pods when a setting changes", async () => {
    const before = (await template()).metadata.annotations["meridian/settings"];
    assert.equal((await template()).metadata.annotations["meridian/settings"], before);
    assert.notEqual(
      (await template({ variants: [{ name: "other", weight: 1 }] })).metadata.annotations["meridian/settings"],
      before,
    );
  });

  it("lets pods out to DNS, AWS, the cache and their identity, and callers in from the VPC", async () => {
    const spec = (await make()).only("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs["spec"] as {
      ingress: unknown[];
      egress: { ports: { port: number }[] }[];
    };
    assert.deepEqual(
      spec.egress.map(({ ports }) => ports.map(({ port }) => port)),
      [[53, 53], [443], [6379], [80]],
    );
    assert.match(JSON.stringify(spec.ingress), /"cidr":"10\.0\.0\.0\/16"/);
  });

  const settingsOf = async (args: Partial<typeof API>) =>
    (await make(args)).only("kubernetes:core/v1:ConfigMap").inputs["data"] as Readonly<Record<string, string>>;

  it("tells the program who may ask, where traces go and how many WebSockets it holds, where asked to", async () => {
    const usual = await settingsOf({});
    assert.deepEqual(
      Object.keys(usual).filter((name) => /AUTH|OTEL|UPDATES/.test(name)),
      [],
    );
    const given = await settingsOf({
      callers: { kind: "jwt", issuer: "https://auth.example/pool", audiences: ["shop", "app"], clockSkewSeconds: 5 },
      telemetry: { endpoint: "http://adot.observability:4318", namespace: "observability", tracesPercent: 5 },
      connectionsPerPod: 100,
    });
    const more = Object.entries(given).filter(([name]) => usual[name] === undefined);
    assert.deepEqual(Object.fromEntries(more), {
      MERIDIAN_AUTH: "jwt",
      MERIDIAN_AUTH_ISSUER: "https://auth.example/pool",
      MERIDIAN_AUTH_AUDIENCES: "shop,app",
      MERIDIAN_AUTH_CLOCK_SKEW_SECONDS: "5",
      MERIDIAN_UPDATES_CONNECTIONS: "100",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://adot.observability:4318",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.05",
    });
    // What the component writes, the program reads.
    const { features } = readSettings(given, () => Promise.reject(new Error("no credentials")));
    assert.deepEqual(features, {
      stream: "meridian-test-us-east-1-events",
      auth: { mode: "jwt", issuer: "https://auth.example/pool", audiences: ["shop", "app"], clockSkewSeconds: 5 },
      telemetry: true,
      connections: 100,
    });
    assert.equal(
      (await settingsOf({ callers: { kind: "iam-at-the-gateway" } }))["MERIDIAN_AUTH"],
      "iam-at-the-gateway",
    );
  });

  it("lets pods out to the collector of traces where there is one, in its namespace alone", async () => {
    const telemetry = { endpoint: "http://adot.observability:4318", namespace: "observability" };
    const spec = (await make({ telemetry })).only("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs["spec"] as {
      egress: { to: unknown[]; ports: { port: number }[] }[];
    };
    assert.deepEqual(spec.egress.at(-1), {
      to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "observability" } } }],
      ports: [{ protocol: "TCP", port: 4318 }],
    });
  });

  it("gives pods a role of their own without a wildcard, and nodes no way for pods to use theirs", async () => {
    const recording = await make();
    assert.deepEqual(tooWide(recording.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"]), []);
    const association = recording.only("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs;
    assert.deepEqual([association["namespace"], association["serviceAccount"]], ["meridian", "recommendation-api"]);
    const template = recording.only("aws:ec2/launchTemplate:LaunchTemplate").inputs;
    assert.deepEqual(template["metadataOptions"], {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
    });
  });

  it("names the keys of other stacks by their alias, the tables' through DynamoDB only", async () => {
    const policy = statements((await make()).only("aws:iam/rolePolicy:RolePolicy").inputs["policy"]);
    const condition = (sid: string): unknown => policy.find(({ Sid }) => Sid === sid)?.Condition;
    assert.deepEqual(condition("DecryptInDynamodb"), {
      "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/tables" },
      StringEquals: { "kms:ViaService": "dynamodb.us-east-1.amazonaws.com" },
    });
    assert.deepEqual(condition("GenerateMac"), {
      "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/meridian-test-us-east-1-pseudonym" },
    });
  });

  it("may do what the program calls, each on its own thing, and writes to the stream only", async () => {
    const policy = statements((await make()).only("aws:iam/rolePolicy:RolePolicy").inputs["policy"]);
    assert.deepEqual(
      policy.map(({ Action }) => [Action].flat().join(" ")),
      [
        "dynamodb:GetItem",
        "kms:Decrypt",
        "dynamodb:BatchGetItem dynamodb:GetItem",
        "sagemaker:InvokeEndpoint",
        "kinesis:PutRecords",
        "kms:GenerateDataKey",
        "kms:GenerateMac",
        "elasticache:Connect",
      ],
    );
  });

  it("opens the cache to its pods", async () => {
    const { inputs } = (await make()).only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    assert.deepEqual(
      [inputs["securityGroupId"], inputs["referencedSecurityGroupId"], inputs["fromPort"]],
      ["sg-cache", "sg-api-cluster", 6379],
    );
  });

  it("gives named roles administration, and named blocks the endpoint", async () => {
    const recording = await make({ adminRoleArns: { oncall: "arn:role/oncall" }, publicAccessCidrs: ["192.0.2.0/24"] });
    assert.equal(recording.only("aws:eks/accessEntry:AccessEntry").inputs["principalArn"], "arn:role/oncall");
    assert.equal(recording.all("aws:eks/accessPolicyAssociation:AccessPolicyAssociation").length, 1);
    assert.deepEqual(
      (recording.only("aws:eks/cluster:Cluster").inputs["vpcConfig"] as Record<string, unknown>)["publicAccessCidrs"],
      ["192.0.2.0/24"],
    );
  });

  it("takes nodes of Intel types and another port", async () => {
    const recording = await make({
      nodeInstanceTypes: ["m7i.xlarge"],
      port: 9000,
    });
    assert.equal(recording.only("aws:eks/nodeGroup:NodeGroup").inputs["amiType"], "AL2023_x86_64_STANDARD");
    assert.match(JSON.stringify(recording.only("kubernetes:core/v1:ConfigMap").inputs["data"]), /"PORT":"9000"/);
  });

  it("refuses all bad arguments at once", async () => {
    const { message } = await assertRefused(
      ({ opts }) =>
        new RecommendationApi(
          "api",
          {
            ...API,
            kubernetesVersion: "1.20",
            nodeInstanceTypes: ["m7g.xlarge", "m7i.xlarge"],
            nodes: { min: 0, max: 500 },
            replicas: { min: 0, max: -1 },
            port: 80,
            key: KEYS.identifier,
            callers: {
              kind: "jwt",
              issuer: "http://auth.example",
              audiences: ["a,b", "shop", "shop"],
              clockSkewSeconds: -1,
            },
            telemetry: { endpoint: "adot:4318", namespace: "Observability", tracesPercent: 101 },
            connectionsPerPod: -1,
            publicAccessCidrs: ["0.0.0.0/0"],
          },
          opts,
        ),
      [
        "kubernetesVersion",
        "nodeInstanceTypes",
        "nodes.min",
        "nodes.max",
        "replicas.min",
        "replicas.max",
        "port",
        "key",
        "callers.issuer",
        "callers.audiences[0]",
        "callers.audiences[2]",
        "callers.clockSkewSeconds",
        "telemetry.endpoint",
        "telemetry.namespace",
        "telemetry.tracesPercent",
        "connectionsPerPod",
        "publicAccessCidrs[0]",
      ],
    );
    assert.match(message, /1\.32, 1\.33, 1\.34/);
  });
});
