import { findKubernetesSchemas, KubernetesSchemas } from "../../aws/kubernetes";
import { findModels, Models } from "../../aws/models";
import { paths } from "../toolchain/paths";

let models: Models | undefined;
let schemas: KubernetesSchemas | undefined;

/** AWS's published service models, as this checkout has them. */
export function awsModels(): Models {
  models ??= new Models(findModels(paths().venv) ?? paths().venv);
  return models;
}

/** Kubernetes's published schemas, as this checkout has them. */
export function kubernetesSchemas(): KubernetesSchemas {
  schemas ??= new KubernetesSchemas(findKubernetesSchemas(paths().venv) ?? paths().venv);
  return schemas;
}
