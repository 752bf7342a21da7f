import { findKubernetesSchemas, KubernetesSchemas } from "../../aws/kubernetes";
import { findModels, Models } from "../../aws/models";
import { paths } from "../../local/toolchain";

/** AWS's published models, as `make setup` installed them. */
export const models = new Models(findModels(paths().venv) ?? "");

/** Kubernetes's published schemas. */
export const kubernetesSchemas = new KubernetesSchemas(findKubernetesSchemas(paths().venv) ?? "");
