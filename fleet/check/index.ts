export { checkAcrossStacks, checkFleet, crossStackJudge, packJudge, reportOn } from "./check";
export type { CheckedStack, CheckOptions, Finding, FindingLevel, JudgeFleet, Report } from "./check";
export { readConfiguration } from "./configuration";
export type { Configuration, ConfigurationProblem } from "./configuration";
export { toJunit } from "./junit";
export { parity } from "./parity";
export type { Difference } from "./parity";
export { resourcesOf } from "./resources";
export { toSarif } from "./sarif";
