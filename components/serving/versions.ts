/** Add-ons of the cluster; `metrics-server` feeds the horizontal pod autoscaler. */
export type AddOn = "vpc-cni" | "kube-proxy" | "coredns" | "eks-pod-identity-agent" | "metrics-server";

/**
 * Pinned add-on versions by Kubernetes minor version, as `aws eks describe-addon-versions` lists them. An add-on left
 * to its default would change under a running cluster when AWS moves the default.
 */
export const ADD_ON_VERSIONS: Readonly<Record<string, Readonly<Record<AddOn, string>>>> = {
  "1.32": addOns("v1.32.9-eksbuild.2", "v1.11.4-eksbuild.24"),
  "1.33": addOns("v1.33.5-eksbuild.2", "v1.12.4-eksbuild.1"),
  "1.34": addOns("v1.34.1-eksbuild.2", "v1.12.4-eksbuild.1"),
};

/** The other add-ons support all of these Kubernetes versions with one release. */
function addOns(kubeProxy: string, coredns: string): Record<AddOn, string> {
  return {
    "vpc-cni": "v1.20.4-eksbuild.1",
    "kube-proxy": kubeProxy,
    coredns,
    "eks-pod-identity-agent": "v1.3.10-eksbuild.1",
    "metrics-server": "v0.8.0-eksbuild.3",
  };
}
