import { createHash } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** What the API's objects in the cluster are made of. */
export interface ObjectsArgs {
  readonly image: pulumi.Input<string>;
  /** Settings of the program, as environment variables. Names and addresses, no secrets. */
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  readonly replicas: { readonly min: number; readonly max: number };
  readonly port: number;
  readonly vpcCidr: pulumi.Input<string>;
  readonly cachePort: number;
  /** A collector in the cluster that pods may reach. @default none */
  readonly telemetry?: { readonly namespace: string; readonly port: number };
}

export interface Objects {
  readonly namespace: k8s.core.v1.Namespace;
  readonly serviceAccount: k8s.core.v1.ServiceAccount;
  readonly deployment: k8s.apps.v1.Deployment;
  readonly service: k8s.core.v1.Service;
}

/** Fixed, since the Pod Identity association names both before they exist. */
export const NAMESPACE = "meridian";
export const APP = "recommendation-api";

/** Port of every node that leads to the pods: kubernetes.io/docs/concepts/services-networking/service/#type-nodeport */
export const NODE_PORT = 30_080;

const LABELS = { "app.kubernetes.io/name": APP, "app.kubernetes.io/part-of": "meridian" };

/** One replica: a whole core, so that the event loop never shares; memory for the local cache. */
const RESOURCES = {
  requests: { cpu: "1", memory: "512Mi" },
  // No CPU limit: throttling adds tail latency; the request already keeps neighbours apart.
  limits: { memory: "512Mi" },
};

/** Where EKS Pod Identity answers: docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
const POD_IDENTITY = { cidr: "169.254.170.23/32", port: 80 } as const;

/** Seconds for which a stopping pod still answers, while the load balancer forgets it. */
const DRAIN_SECONDS = 15;

/** Pods run as this user and group: `node` in the image. */
const USER_ID = 1000;

/** The recommendation API in the cluster: namespace, identity, settings, pods, and the rules that keep them up. */
export function createObjects(name: string, args: ObjectsArgs, opts: pulumi.CustomResourceOptions): Objects {
  const namespace = createNamespace(name, opts);
  const metadata = { namespace: namespace.metadata.name, labels: LABELS };
  const serviceAccount = new k8s.core.v1.ServiceAccount(
    name,
    // The program talks to AWS, never to the Kubernetes API.
    { metadata: { ...metadata, name: APP }, automountServiceAccountToken: false },
    opts,
  );
  const settings = new k8s.core.v1.ConfigMap(
    name,
    { metadata: { ...metadata, name: APP }, data: { ...args.settings } },
    opts,
  );
  const deployment = new k8s.apps.v1.Deployment(
    name,
    {
      metadata: { ...metadata, name: APP },
      spec: {
        selector: { matchLabels: { "app.kubernetes.io/name": APP } },
        revisionHistoryLimit: 5,
        minReadySeconds: 10,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" } },
        template: podTemplate(args, serviceAccount, settings),
      },
    },
    opts,
  );
  createScaling(name, args, metadata, deployment, opts);
  createNetworkPolicy(name, args, metadata, opts);
  const service = createService(name, metadata, opts);
  return { namespace, serviceAccount, deployment, service };
}

function createNamespace(name: string, opts: pulumi.CustomResourceOptions): k8s.core.v1.Namespace {
  return new k8s.core.v1.Namespace(
    name,
    {
      metadata: {
        name: NAMESPACE,
        labels: {
          "app.kubernetes.io/part-of": "meridian",
          "pod-security.kubernetes.io/enforce": "restricted",
          "pod-security.kubernetes.io/enforce-version": "latest",
        },
      },
    },
    opts,
  );
}

function podTemplate(
  args: ObjectsArgs,
  serviceAccount: k8s.core.v1.ServiceAccount,
  settings: k8s.core.v1.ConfigMap,
): k8s.types.input.core.v1.PodTemplateSpec {
  const probe = (path: string): { httpGet: { path: string; port: string } } => ({ httpGet: { path, port: "http" } });
  return {
    metadata: {
      labels: LABELS,
      // A pod reads its settings once; changed settings roll the deployment.
      annotations: { "meridian/settings": pulumi.output(args.settings).apply(digest) },
    },
    spec: {
      serviceAccountName: serviceAccount.metadata.name,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: DRAIN_SECONDS + 30,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER_ID,
        runAsGroup: USER_ID,
        fsGroup: USER_ID,
        seccompProfile: { type: "RuntimeDefault" },
      },
      topologySpreadConstraints: [
        spread("topology.kubernetes.io/zone", "DoNotSchedule"),
        spread("kubernetes.io/hostname", "ScheduleAnyway"),
      ],
      containers: [
        {
          name: "api",
          image: args.image,
          imagePullPolicy: "IfNotPresent",
          ports: [{ name: "http", containerPort: args.port }],
          envFrom: [{ configMapRef: { name: settings.metadata.name } }],
          resources: RESOURCES,
          startupProbe: { ...probe("/livez"), periodSeconds: 2, failureThreshold: 30 },
          livenessProbe: { ...probe("/livez"), periodSeconds: 10, timeoutSeconds: 2, failureThreshold: 3 },
          readinessProbe: { ...probe("/readyz"), periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 2 },
          lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
        },
      ],
      volumes: [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }],
    },
  };
}

function spread(
  topologyKey: string,
  whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway",
): k8s.types.input.core.v1.TopologySpreadConstraint {
  return {
    topologyKey,
    whenUnsatisfiable,
    maxSkew: 1,
    labelSelector: { matchLabels: { "app.kubernetes.io/name": APP } },
    // Counts a rollout's new pods by themselves.
    matchLabelKeys: ["pod-template-hash"],
  };
}

type Metadata = k8s.types.input.meta.v1.ObjectMeta;

function createScaling(
  name: string,
  { replicas }: ObjectsArgs,
  metadata: Metadata,
  deployment: k8s.apps.v1.Deployment,
  opts: pulumi.CustomResourceOptions,
): void {
  new k8s.autoscaling.v2.HorizontalPodAutoscaler(
    name,
    {
      metadata: { ...metadata, name: APP },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment.metadata.name },
        minReplicas: replicas.min,
        maxReplicas: replicas.max,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } } },
        ],
        behavior: {
          scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: "Percent", value: 100, periodSeconds: 30 }] },
          scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: "Percent", value: 10, periodSeconds: 60 }] },
        },
      },
    },
    opts,
  );
  new k8s.policy.v1.PodDisruptionBudget(
    name,
    {
      metadata: { ...metadata, name: APP },
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: { "app.kubernetes.io/name": APP } },
        unhealthyPodEvictionPolicy: "AlwaysAllow",
      },
    },
    opts,
  );
}

function createNetworkPolicy(
  name: string,
  args: ObjectsArgs,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): void {
  const inNamespace = (namespace: string) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
  });
  new k8s.networking.v1.NetworkPolicy(
    name,
    {
      metadata: { ...metadata, name: APP },
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/name": APP } },
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: [{ ipBlock: { cidr: args.vpcCidr } }], ports: [{ protocol: "TCP", port: args.port }] }],
        egress: [
          {
            to: [inNamespace("kube-system")],
            ports: [
              { protocol: "UDP", port: 53 },
              { protocol: "TCP", port: 53 },
            ],
          },
          // AWS APIs: the gateway endpoint of DynamoDB has public addresses.
          { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ protocol: "TCP", port: 443 }] },
          { to: [{ ipBlock: { cidr: args.vpcCidr } }], ports: [{ protocol: "TCP", port: args.cachePort }] },
          { to: [{ ipBlock: { cidr: POD_IDENTITY.cidr } }], ports: [{ protocol: "TCP", port: POD_IDENTITY.port }] },
          ...(args.telemetry === undefined
            ? []
            : [
                {
                  to: [inNamespace(args.telemetry.namespace)],
                  ports: [{ protocol: "TCP", port: args.telemetry.port }],
                },
              ]),
        ],
      },
    },
    opts,
  );
}

function createService(name: string, metadata: Metadata, opts: pulumi.CustomResourceOptions): k8s.core.v1.Service {
  return new k8s.core.v1.Service(
    name,
    {
      metadata: {
        ...metadata,
        name: APP,
        // Not awaited: its pods are, by their Deployment.
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: {
        // Every node passes requests to any ready pod: the load balancer before them is not Kubernetes' own.
        type: "NodePort",
        selector: { "app.kubernetes.io/name": APP },
        ports: [{ name: "http", port: 80, targetPort: "http", nodePort: NODE_PORT, protocol: "TCP" }],
      },
    },
    opts,
  );
}

function digest(settings: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 16);
}
