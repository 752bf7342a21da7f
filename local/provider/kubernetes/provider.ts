import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { compare } from "../diff";
import { ProviderError } from "../failures";
import { objectFindings } from "../../../aws/kubernetes";
import { readUrn, refuseApply } from "../guard";
import { digest, uuidOf } from "../identity";
import { kubernetesSchemas } from "../models";
import { autoName } from "../naming";
import { awsProperties } from "../properties";
import type * as api from "../provider";
import { asText, DEFAULTS_KEY, isProps, same, UNKNOWN_SENTINEL, without, type Props, type Value } from "../values";

/** Version of the official plugin that it stands in for. */
const VERSION = "4.34.2";
/** Longest name of an object, characters. Source: Kubernetes, "Object Names and IDs" (DNS subdomain). */
const MAX_NAME = 253;
/** Kinds whose objects live in no namespace. Source: `kubectl api-resources --namespaced=false`. */
const CLUSTER_WIDE = new Set([
  "APIService",
  "ClusterRole",
  "ClusterRoleBinding",
  "CSIDriver",
  "CustomResourceDefinition",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "RuntimeClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingWebhookConfiguration",
]);
/** What Kubernetes cannot change in place, by kind. Source: API validation ("field is immutable"). */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  DaemonSet: ["spec.selector"],
  Deployment: ["spec.selector"],
  Job: ["spec.selector", "spec.template"],
  PersistentVolumeClaim: ["spec.accessModes", "spec.storageClassName", "spec.volumeName"],
  RoleBinding: ["roleRef"],
  ClusterRoleBinding: ["roleRef"],
  Secret: ["type"],
  StatefulSet: ["spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"],
  StorageClass: ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
};

/**
 * Stands in for one configured `pulumi-resource-kubernetes`. Every object is simulated: there is no cluster, so an
 * unknown kubeconfig is fine.
 */
export class KubernetesProvider implements api.Provider {
  readonly version = VERSION;
  private namespace = "default";

  constructor(
    private readonly endpoint: string | undefined,
    private readonly log: (line: string) => void,
    /** Of the cluster that the objects are for. */
    private readonly kubernetesVersion: string,
  ) {}

  checkConfig(news: Props): api.CheckResult {
    return { inputs: news, failures: [] };
  }

  configure(config: Props): void {
    const namespace = asText(config["namespace"]);
    if (namespace !== undefined && namespace !== UNKNOWN_SENTINEL) this.namespace = namespace;
  }

  check({ urn, olds, news, seed }: api.CheckRequest): api.CheckResult {
    const { type, name } = readUrn(urn);
    refuseUnknown(type, news);
    const metadata = block(news, "metadata");
    const named = metadata["name"] !== undefined || metadata["generateName"] !== undefined;
    const old = block(olds, "metadata")["name"];
    const chosen = named
      ? {}
      : { name: old ?? autoName(name.toLowerCase(), seed, { property: "metadata.name", max: MAX_NAME }) };
    const place = CLUSTER_WIDE.has(kindOf(type)) ? {} : { namespace: metadata["namespace"] ?? this.namespace };
    const inputs = { ...news, metadata: { ...metadata, ...chosen, ...place } };
    return {
      inputs: named ? inputs : { ...inputs, [DEFAULTS_KEY]: ["metadata"] },
      failures: this.refusals(inputs),
    };
  }

  /** What the API of the cluster's version would refuse, by its published schema. */
  private refusals(inputs: Props): readonly api.Failure[] {
    const schemas = kubernetesSchemas().version(this.kubernetesVersion);
    return objectFindings(schemas, awsProperties(inputs)).map(({ path: property, want, got }) => ({
      property,
      reason: `Kubernetes ${schemas.version} schema: want ${want}, got ${got}`,
    }));
  }

  diff({ urn, oldInputs, news }: api.DiffRequest): api.DiffResult {
    const { type } = readUrn(urn);
    const fixed = ["apiVersion", "kind", "metadata.name", "metadata.namespace", ...(IMMUTABLE[kindOf(type)] ?? [])];
    const changes = compare(oldInputs, news, fixed);
    const [before, after] = [block(oldInputs, "metadata"), block(news, "metadata")];
    const stays = same(before["name"], after["name"]) && same(before["namespace"], after["namespace"]);
    const chosenByProvider = news[DEFAULTS_KEY] !== undefined;
    return { changes, deleteBeforeReplace: stays && !chosenByProvider && changes.some(({ replace }) => replace) };
  }

  create({ urn, inputs, preview }: api.CreateRequest): Promise<api.CreateResult> {
    if (preview)
      return Promise.resolve({
        id: "",
        outputs: outputsOf(inputs, { uid: UNKNOWN_SENTINEL, resourceVersion: UNKNOWN_SENTINEL }),
      });
    refuseApply(urn, this.endpoint);
    this.log(`create simulated ${urn}`);
    const { namespace, name } = block(inputs, "metadata");
    const id = [asText(namespace), asText(name) ?? ""].filter((part) => part !== undefined).join("/");
    return Promise.resolve({ id, outputs: stored(urn, inputs) });
  }

  update({ urn, inputs, preview, oldOutputs }: api.UpdateRequest): Promise<Props> {
    if (preview) {
      const { uid = UNKNOWN_SENTINEL } = block(oldOutputs, "metadata");
      return Promise.resolve(outputsOf(inputs, { uid, resourceVersion: UNKNOWN_SENTINEL }));
    }
    refuseApply(urn, this.endpoint);
    this.log(`update simulated ${urn}`);
    return Promise.resolve(stored(urn, inputs));
  }

  read({ urn, id, inputs, outputs }: api.StoredRequest): Promise<api.ReadResult> {
    if (Object.keys(outputs).length > 0) return Promise.resolve({ id, inputs, outputs });
    const { type } = readUrn(urn);
    throw new ProviderError(`cannot read ${type} (${id}): it is simulated, so only a stack that made it knows it`);
  }

  delete({ urn }: api.StoredRequest): Promise<void> {
    refuseApply(urn, this.endpoint);
    this.log(`delete simulated ${urn}`);
    return Promise.resolve();
  }

  invoke(token: string): Promise<Props> {
    throw new ProviderError(
      `the local provider does not know the function ${token}: add it to local/provider/kubernetes/provider.ts`,
    );
  }

  close(): void {
    this.namespace = "default";
  }
}

function kindOf(type: string): string {
  return type.split(":")[2] ?? "";
}

function block(props: Props, key: string): Props {
  const value = props[key];
  return isProps(value) ? value : {};
}

/** A kind is known when the installed SDK has it; a custom one when its API group is not Kubernetes's own. */
function refuseUnknown(type: string, inputs: Props): void {
  const [, group = "", kind = ""] = type.split(":");
  const root = path.dirname(createRequire(__filename).resolve("@pulumi/kubernetes/package.json"));
  // The SDK's folders leave the domain of an API group out: `networking.k8s.io/v1` lies in `networking/v1`.
  const folder = group.replace(/^([^./]+)\.[^/]*/, "$1");
  const file = path.join(root, folder, `${kind.charAt(0).toLowerCase()}${kind.slice(1)}.js`);
  const custom = /^[a-z0-9-]+(\.[a-z0-9-]+)+\//.test(asText(inputs["apiVersion"]) ?? "") && !group.includes(".k8s.io/");
  if (existsSync(file) || custom) return;
  throw new ProviderError(
    `the local provider does not know the type ${type}: the installed @pulumi/kubernetes has no such kind ` +
      "(see local/provider/kubernetes/provider.ts)",
  );
}

function outputsOf(inputs: Props, added: Props): Props {
  return { ...without(inputs, DEFAULTS_KEY), metadata: { ...block(inputs, "metadata"), ...added } };
}

function stored(urn: string, inputs: Props): Props {
  const resourceVersion = String(parseInt(digest(urn, inputs).slice(0, 7), 16));
  const outputs = outputsOf(inputs, { uid: uuidOf(urn), resourceVersion, generation: 1 });
  const status = statusOf(urn, inputs);
  return status === undefined ? outputs : { ...outputs, status };
}

/** The status that programs wait for or read. */
function statusOf(urn: string, inputs: Props): Value | undefined {
  const spec = block(inputs, "spec");
  const hash = digest(urn).slice(0, 32);
  switch (kindOf(readUrn(urn).type)) {
    case "Deployment":
    case "StatefulSet": {
      const replicas = spec["replicas"] ?? 1;
      return { replicas, readyReplicas: replicas, availableReplicas: replicas, updatedReplicas: replicas };
    }
    case "Ingress":
      return { loadBalancer: { ingress: [{ hostname: `k8s-${hash}.elb.amazonaws.com` }] } };
    case "Service":
      return spec["type"] === "LoadBalancer"
        ? { loadBalancer: { ingress: [{ hostname: `${hash}.elb.amazonaws.com` }] } }
        : { loadBalancer: {} };
    case "Namespace":
      return { phase: "Active" };
    default:
      return undefined;
  }
}
