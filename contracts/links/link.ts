/** Who opens a connection. Programs have the names of their folders in `services/`. */
export type Client =
  /** A browser or an app on the Internet. */
  | "visitor"
  /** The machine that applies the stacks, wherever it is. */
  | "deployer"
  /** The API gateway before the collector. */
  | "collector-gateway"
  /** Route 53's health checkers. */
  | "route53-health-check"
  /** Whoever is given the name of a load balancer inside the VPC. */
  | "load-balancer"
  /** The kubelet of the node that a pod runs on. */
  | "kubelet"
  /** Pods of the recommendation API. */
  | "api"
  /** Nodes of the Kubernetes cluster. */
  | "node"
  | "verifier"
  | "worker"
  /** Nodes or workers of EMR. */
  | "etl"
  /** EMR's own service, which steers the cluster's agents. */
  | "emr-service"
  /** Firehose's interfaces in the VPC. */
  | "search-delivery"
  | "warehouse"
  /** Function that checks what Firehose delivers. */
  | "transform"
  /** Function of the collector, where a topology has it. */
  | "collector-function";

/** An AWS service's API in the client's region, by the name in `aws/endpoints`. */
export type ServiceApi = `aws:${string}`;

/** Who takes the connection. */
export type Server =
  /** What the public name of a residency zone answers. */
  | "edge"
  /** The path that a health check asks for. */
  | "health-path"
  /** Who issues the tokens of visitors. */
  | "issuer"
  | "api"
  | "cache"
  | "search"
  | "etl"
  | "emr-service"
  /** The Kubernetes API. */
  | "kubernetes"
  /** Mirrors of packages and registries on the Internet. */
  | "internet"
  | ServiceApi;

/** A request over HTTP. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** An example: with values in the place of parameters. */
  readonly path: string;
  /** Which program answers it. */
  readonly program: "api" | "collector";
  /** Whether the caller carries a token. @default false */
  readonly signedIn?: boolean;
}

/** Somebody connects to somebody. */
export interface Link {
  /** Client and server. */
  readonly id: string;
  readonly from: Client;
  readonly to: Server;
  readonly protocol: "https" | "http" | "tls" | "tcp";
  /** TCP port; undefined where the server's own setting says it. */
  readonly port: number | undefined;
  /** What for. */
  readonly why: string;
  /** Actions of IAM that go this way: policies of VPC endpoints must let them through. @default none */
  readonly actions?: readonly string[];
  /** Requests that must be answered by the program itself, whatever it says. @default none */
  readonly requests?: readonly HttpRequest[];
}
