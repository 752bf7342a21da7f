export { type Background, recordBackground, runningBackground, stopBackground } from "./background";
export { type Engine, type Progress, describeEngine, ensureEngine, findEngine } from "./engine";
export {
  ensureToolchain,
  enterLocalEnvironment,
  localEnvironment,
  localProcessEnvironment,
  unsetLocally,
} from "./environment";
export { shellExports, shellQuote } from "./exports";
export { withLock } from "./lock";
export { type Paths, checkoutRoot, paths, pathsOf } from "./paths";
export { ensureSpark, type FoundJava, findJava, type Spark, sparkEnvironment, type SparkLocally } from "./spark";
export { venvExecutable } from "./venv";
