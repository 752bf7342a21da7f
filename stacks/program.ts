import type { PulumiFn } from "@pulumi/pulumi/automation";
import type { StackName } from "../regions/names";
import type { Topology } from "../regions/topology/model";
import { foundation } from "./foundation";
import { mesh } from "./mesh";
import { region } from "./region";
import { planOf } from "./scope";
import type { StackOptions } from "./scope";

/** The program of one stack; its result is the stack's outputs. */
export function stackProgram(topology: Topology, stack: StackName, options: StackOptions): PulumiFn {
  // eslint-disable-next-line @typescript-eslint/require-await -- the engine wants a function that gives a promise
  return async () => {
    switch (stack.kind) {
      case "foundation":
        return { ...foundation(topology, options) };
      case "region":
        return { ...region(topology, planOf(topology, stack.region), options) };
      case "mesh":
        return { ...mesh(topology, options) };
    }
  };
}
