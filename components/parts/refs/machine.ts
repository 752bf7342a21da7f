import type * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../../kit/arn";
import type { Grant } from "../../kit/grant";
import type { Scope } from "../../kit/scope";

/** A Step Functions state machine, by its computed name; `arn` is the made machine's, where there is one. */
export class MachineRef {
  readonly arn: pulumi.Input<string>;
  readonly #scope: Scope;
  readonly #name: string;

  constructor(scope: Scope, named: { readonly name: string; readonly arn?: pulumi.Input<string> }) {
    this.#scope = scope;
    this.#name = named.name;
    this.arn = named.arn ?? arnOf(scope, "states", `stateMachine:${named.name}`);
  }

  allowStart(): Grant {
    return {
      allow: [{ sid: "StartExecution", actions: ["states:StartExecution"], resources: [this.arn] }],
      address: this.arn,
    };
  }

  /** Start and wait, by `startExecution.sync`: docs.aws.amazon.com/step-functions/latest/dg/stepfunctions-iam.html */
  allowRun(): Grant {
    return {
      allow: [
        ...this.allowStart().allow,
        {
          sid: "FollowExecution",
          actions: ["states:DescribeExecution", "states:StopExecution"],
          resources: [arnOf(this.#scope, "states", `execution:${this.#name}:*`)],
        },
        {
          // Step Functions learns of the end by an EventBridge rule that it manages under this name.
          sid: "HearOfExecutions",
          actions: ["events:DescribeRule", "events:PutRule", "events:PutTargets"],
          resources: [arnOf(this.#scope, "events", "rule/StepFunctionsGetEventsForStepFunctionsExecutionRule")],
        },
      ],
      address: this.arn,
    };
  }

  /** A distributed map of the machine itself: docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html */
  allowMap(): Grant {
    return {
      allow: [
        {
          sid: "StartExecution",
          actions: ["states:StartExecution"],
          // By name: the machine's role exists before the machine.
          resources: [arnOf(this.#scope, "states", `stateMachine:${this.#name}`)],
        },
        {
          sid: "FollowExecution",
          actions: ["states:DescribeExecution", "states:StopExecution"],
          resources: [arnOf(this.#scope, "states", `execution:${this.#name}/*`)],
        },
      ],
      address: this.arn,
    };
  }

  /** Answers of a worker that a task of the machine waits for, by its token. */
  allowAnswer(): Grant {
    return {
      allow: [
        {
          sid: "AnswerTasks",
          actions: ["states:SendTaskFailure", "states:SendTaskHeartbeat", "states:SendTaskSuccess"],
          // The second form is a distributed map's: its shards run under the machine's name.
          resources: ["", "/*"].map((part) => arnOf(this.#scope, "states", `stateMachine:${this.#name}${part}`)),
        },
      ],
      address: this.arn,
    };
  }
}
