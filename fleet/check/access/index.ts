export { accessFindings, accessJudge, answersOf, questionsOf } from "./judge";
export type { Answer, Question } from "./judge";
export { programQuestions } from "./programs";
export * from "./policy";
export { buildWorld, identifiedGraph, placeOf } from "./world/build";
export { answerAt, arnOf } from "./world/identifiers";
export { DEPLOYER, World } from "./world/world";
export { why } from "./why";
export type { Reason } from "./why";
