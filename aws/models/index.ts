export { findModels, ModelError, Models } from "./load";
export type { Member, Operation, ServiceModel, Shape } from "./model";
export { patternOf } from "./pattern";
export { validateInput } from "./validate";
export type { ModelFinding } from "./validate";
