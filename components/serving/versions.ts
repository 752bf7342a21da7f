/** Add-ons of the cluster; `metrics-server` feeds the horizontal pod autoscaler. */
export type AddOn = "vpc-cni" | "kube-proxy" | "coredns" | "eks-pod-identity-agent" | "metrics-server";

/**
 * Pinned add-on versions by Kubernetes minor version, as `aws eks describe-addon-versions` lists them. An add-on left
 * to its default would change under a running cluster when AWS moves the default. kube-proxy, CoreDNS and the VPC CNI
 * are in the tables of docs.aws.amazon.com/eks/latest/userguide ("Manage kube-proxy", "Manage CoreDNS", "Assign IPs to
 * Pods with the Amazon VPC CNI"). Standard support ends 14 months after a version comes to EKS: for 1.34 on 2026-12-02
 * (same guide, "Kubernetes release calendar").
 */
export const ADD_ON_VERSIONS: Readonly<Record<string, Readonly<Record<AddOn, string>>>> = {
  "1.32": addOns("v1.32.9-eksbuild.2", "v1.11.4-eksbuild.24"),
  "1.33": addOns("v1.33.5-eksbuild.2", "v1.12.4-eksbuild.1"),
  "1.34": addOns("v1.34.1-eksbuild.2", "v1.12.4-eksbuild.1"),
  "1.35": {
    "vpc-cni": "v1.21.1-eksbuild.7",
    "kube-proxy": "v1.35.3-eksbuild.2",
    coredns: "v1.13.2-eksbuild.4",
    "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
    "metrics-server": "v0.8.1-eksbuild.4",
  },
};

/** Up to 1.34 the other add-ons support all of these Kubernetes versions with one release. */
function addOns(kubeProxy: string, coredns: string): Record<AddOn, string> {
  return {
    "vpc-cni": "v1.20.4-eksbuild.1",
    "kube-proxy": kubeProxy,
    coredns,
    "eks-pod-identity-agent": "v1.3.10-eksbuild.1",
    "metrics-server": "v0.8.0-eksbuild.3",
  };
}
