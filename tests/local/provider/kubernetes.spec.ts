import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { KubernetesProvider } from "../../../local/provider/kubernetes/provider";
import { UNKNOWN_SENTINEL, type Props } from "../../../local/provider/values";
import { NOWHERE, SEED, urnOf } from "./aws";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const kubernetes = (): KubernetesProvider => new KubernetesProvider(NOWHERE, () => undefined, "1.34");
const deployment: Props = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "api", namespace: "serve" },
  spec: { replicas: 2 },
};

describe("Kubernetes objects", () => {
  it("are simulated with a uid, a version and a status, under a kubeconfig that nobody knows yet", async () => {
    const one = kubernetes();
    one.configure({ kubeconfig: UNKNOWN_SENTINEL });
    const urn = urnOf(DEPLOYMENT, "api");
    const { inputs } = one.check({ urn, olds: {}, news: deployment, seed: SEED });
    const { id, outputs } = await one.create({ urn, inputs, preview: false });
    assert.equal(id, "serve/api");
    assert.deepEqual(outputs["status"], { replicas: 2, readyReplicas: 2, availableReplicas: 2, updatedReplicas: 2 });
    assert.match(JSON.stringify(outputs["metadata"]), /"uid":"[0-9a-f-]{36}"/);
  });

  it("are named and placed when the program does neither", () => {
    const { inputs } = kubernetes().check({
      urn: urnOf("kubernetes:core/v1:ConfigMap", "settings"),
      olds: {},
      news: {},
      seed: SEED,
    });
    assert.match(JSON.stringify(inputs["metadata"]), /^\{"name":"settings-[0-9a-f]{7}","namespace":"default"\}$/);
  });

  it("are replaced where Kubernetes changes nothing in place", () => {
    const news = { ...deployment, spec: { replicas: 2, selector: { matchLabels: { app: "b" } } } };
    const oldInputs = { ...deployment, spec: { replicas: 2, selector: { matchLabels: { app: "a" } } } };
    const { changes, deleteBeforeReplace } = kubernetes().diff({
      urn: urnOf(DEPLOYMENT, "api"),
      id: "serve/api",
      oldInputs,
      oldOutputs: {},
      news,
    });
    assert.deepEqual(changes, [{ path: "spec.selector.matchLabels.app", kind: "update", replace: true }]);
    assert.equal(deleteBeforeReplace, true);
  });

  it("are refused when no such kind exists", () => {
    const urn = urnOf("kubernetes:apps/v1:Deploiment", "api");
    assert.throws(
      () => kubernetes().check({ urn, olds: {}, news: {}, seed: SEED }),
      /does not know the type kubernetes:apps\/v1:Deploiment/,
    );
  });
});
