import { createInferenceServer } from "./inference";
import { loadModel } from "./model-package";
import { log, runMain, runServer } from "./process";
import { untrainedModel } from "./untrained";

/** Where SageMaker unpacks a model's archive. docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html */
const MODEL_FOLDER = "/opt/ml/model";

/** The model server as a container. Environment: `MODEL_FOLDER`, `MERIDIAN_VARIANT` (`default`), `PORT`, `HOST`. */
async function main(): Promise<void> {
  const folder = process.env["MODEL_FOLDER"] ?? MODEL_FOLDER;
  const model = (await untrainedModel(folder)) ?? (await loadModel(folder));
  const server = createInferenceServer(model, process.env["MERIDIAN_VARIANT"] ?? "default", (error) => {
    log("error", "request failed", { error: String(error) });
  });
  await runServer(server, `model ${model.manifest.version}`);
}

runMain(main);
