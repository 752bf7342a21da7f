export { Fleet } from "./follow";
export { pathText, reachFindings, reachJudge } from "./judge";
export { RULES } from "./path";
export type { Gap, Hop, Path, Rule } from "./path";
export { STANDING } from "./standing";
export { whyReach } from "./why";
export type { ReachReason } from "./why";
export { answerReach, reachGraph } from "./world/answers";
