import { listening } from "./listening";
import { eitherOf, number, oneOf, optional, ProgramSettings, text, withDefault } from "./setting";

/** Settings of the model server (`services/model-server`). */
export const modelServerSettings = new ProgramSettings("model-server", {
  ...listening,
  // docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
  folder: withDefault("MODEL_FOLDER", text, "/opt/ml/model", "Folder in which SageMaker unpacks the model's archive"),
  multiModel: withDefault(
    "SAGEMAKER_MULTI_MODEL",
    eitherOf("true", "false"),
    false,
    "true: models come and go by `/models`; SageMaker sets it for an endpoint of several models",
  ),
  variant: withDefault("MERIDIAN_VARIANT", text, "default", "Name of the variant, which each answer bears"),
  modelDigest: optional("MERIDIAN_MODEL_DIGEST", text, "Digest of the model's package, by which regions are compared"),
  seenRate: withDefault(
    "MERIDIAN_SEEN_RATE",
    number({ min: 0, max: 0.999_999, integer: false }),
    0.001,
    "Share of unseen items that a Bloom filter may leave out; 0: exact",
  ),
  graphFrom: withDefault(
    "MERIDIAN_GRAPH_FROM",
    number({ min: 1 }),
    500_000,
    "Items from which a graph is searched, not every item",
  ),
  modelsMemoryMib: optional(
    "MERIDIAN_MODELS_MEMORY_MIB",
    number({ min: 0.000_001, integer: false }),
    "Memory of all models together, MiB; 60 % of the container's without it",
  ),
  whenFull: withDefault(
    "MERIDIAN_MODELS_WHEN_FULL",
    oneOf(["refuse", "evict"]),
    "refuse",
    "What happens to a model that does not fit: SageMaker unloads what it chooses, or the oldest makes room",
  ),
});
