import type { Rule } from "../kit/rule";
import { isOn } from "../kit/value";

/** M3. */
export const sagemakerNetworkIsolation: Rule = {
  id: "M3",
  name: "sagemaker-network-isolation",
  title: "SageMaker models run isolated from the network",
  severity: "high",
  level: "mandatory",
  source: ["SageMaker.5"],
  why: "An inference container that can call out can carry out every request it is given.",
  fix: "Set enableNetworkIsolation to true; the container must find all it needs in its image and model archive.",
  types: ["aws:sagemaker/model:Model"],
  check(model, judge) {
    judge.require(isOn(model.props["enableNetworkIsolation"]), model, "enableNetworkIsolation", "true");
  },
};
