import { createInferenceServer } from "./server";
import { createModelsServer } from "./multi-model";
import { inferenceSettings } from "./settings";
import { LoadedModels } from "./loaded-models";
import { loadModel } from "../kit/model/package";
import { log, runMain, runServer } from "../kit/http/process";
import { untrainedModel } from "./untrained";

/** The model server as a container, of one model or of a collection. Environment: {@link inferenceSettings}, `PORT`, `HOST`. */
async function main(): Promise<void> {
  const { folder, variant, load, memoryBytes, whenFull } = inferenceSettings(process.env);
  const onError = (error: unknown): void => {
    log("error", "request failed", { error: String(error) });
  };
  if (folder === undefined) {
    const models = new LoadedModels({ load, memoryBytes, whenFull });
    await runServer(createModelsServer(models, variant, onError), "collection of models");
    return;
  }
  const model = (await untrainedModel(folder)) ?? (await loadModel(folder, load));
  await runServer(createInferenceServer(model, variant, onError), `model ${model.manifest.version}`);
}

runMain(main);
