import assert from "node:assert/strict";
import { KubernetesSchemas, objectFindings, SchemaError } from "../../../aws/kubernetes";
import { UNKNOWN } from "../../../aws/value";
import type { Properties } from "../../../aws/value";
import { buildFleetGraph } from "../../../fleet/graph";
import { findTopology, loadTopology } from "../../../regions/topology/load";
import { kubernetesSchemas } from "../published";

const container: Properties = { name: "api", image: "registry/api:1" };
const deployment: Properties = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "api", labels: { app: "api" } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "api" } },
    strategy: { rollingUpdate: { maxUnavailable: "25%", maxSurge: 1 } },
    template: { metadata: { labels: { app: "api" } }, spec: { containers: [container] } },
  },
};

function told(object: Properties, version = "1.34"): readonly string[] {
  return objectFindings(kubernetesSchemas.version(version), object).map(({ kind, path }) => `${kind} ${path}`);
}

function withSpec(spec: Properties): Properties {
  return { ...deployment, spec: { ...(deployment["spec"] as Properties), ...spec } };
}

describe("a Kubernetes object checked against its version's published schema", () => {
  it("is taken when it holds, also where a number or a text may stand", () => {
    assert.deepEqual(told(deployment), []);
  });

  it("is refused for a value of another type, a missing one, and a field that the version does not know", () => {
    assert.deepEqual(told(withSpec({ replicas: "two" })), ["type spec.replicas"]);
    assert.deepEqual(told(withSpec({ selector: undefined })), ["required spec.selector"]);
    assert.deepEqual(told(withSpec({ replica: 3 })), ["unknown spec.replica"]);
    const [{ want } = { want: "" }] = objectFindings(kubernetesSchemas.version("1.34"), withSpec({ replicas: true }));
    assert.equal(want, "a whole number");
  });

  it("is refused deep within a list, with the place", () => {
    const template: Properties = { metadata: {}, spec: { containers: [container, { name: "b", ports: [{}] }] } };
    assert.deepEqual(told(withSpec({ template })), ["required spec.template.spec.containers.1.ports.0.containerPort"]);
  });

  it("is refused when the version has no such kind", () => {
    assert.deepEqual(told({ ...deployment, apiVersion: "apps/v1beta1" }), ["unknown kind"]);
    assert.deepEqual(told({ kind: "Deployment" }), ["required apiVersion"]);
  });

  it("is not refused for what only the cluster or AWS knows", () => {
    assert.deepEqual(told(withSpec({ replicas: UNKNOWN, template: UNKNOWN })), []);
  });

  it("is refused everything when the schemas are not there, with what to do", () => {
    assert.throws(() => kubernetesSchemas.version("1.2"), /no schemas of Kubernetes 1\.2: want one of .*1\.34/);
    assert.throws(() => new KubernetesSchemas("/nowhere").version("1.34"), SchemaError);
    assert.throws(() => new KubernetesSchemas("/nowhere").version("1.34"), /make setup/);
  });

  it("holds for every object of every environment, by its cluster's version", async function () {
    for (const environment of ["local", "dev", "prod"]) {
      const topology = loadTopology(findTopology(environment));
      const objects = (await buildFleetGraph(topology)).nodes.filter(({ type }) => type.startsWith("kubernetes:"));
      assert.ok(objects.length > 0);
      for (const { name, inputs } of objects)
        assert.deepEqual(told(inputs, topology.serving.kubernetesVersion), [], `${environment} ${name}`);
    }
  });
});
