import { createRequire } from "node:module";
import { AwsProvider } from "./aws/provider";
import { AwsxProvider } from "./awsx/provider";
import { ProviderError } from "./failures";
import { loopback } from "./guard";
import { KubernetesProvider } from "./kubernetes/provider";
import { serve, type Construct, type Listening } from "./server";

export { ProviderError } from "./failures";
export type { Listening } from "./server";
export { modeOf, typeTable, type TypeLine } from "./types";

/** Pulumi packages whose plugins the local provider stands in for. */
export const PACKAGES = ["aws", "awsx", "kubernetes"] as const;
export type Package = (typeof PACKAGES)[number];

/** The version that a topology has when it names none (regions/topology/defaults.ts). */
const KUBERNETES_VERSION = "1.34";

export interface ProviderArgs {
  readonly package: Package;
  /**
   * The emulator's address; it must be one of this machine.
   * @default the environment's AWS_ENDPOINT_URL; with neither, the provider only previews
   */
  readonly endpoint?: string | undefined;
  /** Version of the cluster whose objects the Kubernetes provider is asked for. @default {@link KUBERNETES_VERSION} */
  readonly kubernetesVersion?: string;
  /** Takes one line per change: what was done, in which mode, to which URN. Never a value. */
  readonly log?: (line: string) => void;
}

/**
 * Starts one provider on a free port of 127.0.0.1. One started provider is one configured provider: with
 * PULUMI_DEBUG_PROVIDERS the engine does not say which one a request is for, so each stack needs ports of its own.
 * @throws ProviderError when the endpoint is not one of this machine
 */
export async function startProvider(args: ProviderArgs): Promise<Listening> {
  const endpoint = loopback(args.endpoint ?? process.env["AWS_ENDPOINT_URL"]);
  const log = args.log ?? (() => undefined);
  switch (args.package) {
    case "aws":
      return serve(new AwsProvider(endpoint, log));
    case "awsx": {
      // Loads @pulumi/aws, which the other packages do without.
      const { construct } = createRequire(__filename)("./awsx/construct") as { readonly construct: Construct };
      return serve(new AwsxProvider(), construct);
    }
    case "kubernetes":
      return serve(new KubernetesProvider(endpoint, log, args.kubernetesVersion ?? KUBERNETES_VERSION));
    default:
      throw new ProviderError(
        `package: want one of ${PACKAGES.join(", ")}, got "${String(args.package satisfies never)}"`,
      );
  }
}
