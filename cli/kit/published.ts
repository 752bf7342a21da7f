import { findKubernetesSchemas, KubernetesSchemas } from "../../aws/kubernetes";
import { findModels, Models } from "../../aws/models";
import type { PublishedModels } from "../../fleet/check";
import { paths } from "../../local/toolchain/paths";
import { Failed } from "./exit";

/**
 * What AWS and Kubernetes publish about their APIs, as `make setup` installed it.
 * @throws Failed when it is not installed
 */
export function publishedModels(): PublishedModels {
  const { venv } = paths();
  const [aws, kubernetes] = [findModels(venv), findKubernetesSchemas(venv)];
  if (aws === undefined || kubernetes === undefined) {
    throw new Failed(`no service models of AWS or schemas of Kubernetes in ${venv}: run \`make setup\``);
  }
  return { aws: new Models(aws), kubernetes: new KubernetesSchemas(kubernetes) };
}
