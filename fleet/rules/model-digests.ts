import { list, text, texts } from "../graph";
import { modelServerSettings } from "../../contracts/settings/model-server";
import type { FleetRule } from "./rule";

const MODEL = "aws:sagemaker/model:Model";
const DIGEST = modelServerSettings.variableOf("modelDigest");

/** M4. */
export const modelDigests: FleetRule = {
  id: "M4",
  name: "fleet-model-digests",
  title: "All regions of a zone start with the same model",
  severity: "medium",
  level: "mandatory",
  source: ["new"],
  why: "A user who is sent to another region must get the same answers; two models behind one name cannot be compared, nor rolled back.",
  fix: `Give every model of the zone the same \`${DIGEST}\``,
  check({ graph, topology }, judge) {
    for (const zone of topology.residency) {
      const digests = new Map<string, string>();
      for (const region of zone.regions) {
        for (const model of graph.region(region)?.of(MODEL) ?? []) {
          const container = list(model.inputs, "containers").length > 0 ? "containers" : "primaryContainer";
          const digest = texts(model.inputs).find(
            ({ path }) => path.startsWith(container) && path.endsWith(`environment.${DIGEST}`),
          );
          const path = digest?.path ?? `${container}.environment.${DIGEST}`;
          if (digest === undefined) judge.against(model, path, "the digest of the model");
          else digests.set(model.urn, digest.text);
          const url = text(model.inputs, `${container}.modelDataUrl`);
          if (url !== undefined && digest !== undefined && !url.includes(digest.text.slice(0, 16))) {
            judge.against(model, `${container}.modelDataUrl`, `the package of model ${digest.text.slice(0, 16)}`);
          }
        }
      }
      const [usual] = digests.values();
      for (const [urn, digest] of digests) {
        const model = graph.get(urn);
        if (model !== undefined && digest !== usual) {
          judge.against(
            model,
            `primaryContainer.environment.${DIGEST}`,
            `the digest of zone ${zone.zone}: ${usual ?? ""}`,
            digest,
          );
        }
      }
    }
  },
};
