import { arnOf } from "../../kit/arn";
import type { Grant } from "../../kit/grant";
import type { Scope } from "../../kit/scope";

/** A log group by its name, which is known before the group is made. */
export class LogGroupRef {
  readonly name: string;
  readonly #scope: Scope;

  constructor(scope: Scope, name: string) {
    this.#scope = scope;
    this.name = name;
  }

  /** Writes to streams that exist. CloudWatch Logs encrypts by itself: a writer needs no right on the group's key. */
  allowPut(): Grant {
    return this.#grant(["logs:PutLogEvents"]);
  }

  /** Makes its own streams, as Lambda does for each instance of a function. */
  allowWrite(): Grant {
    return this.#grant(["logs:CreateLogStream", "logs:PutLogEvents"]);
  }

  /** VPC flow logs look for their stream first: docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html */
  allowFlowLogs(): Grant {
    const actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"];
    const grant = this.#grant(actions);
    const group = { sid: "WriteLogs", actions, resources: [arnOf(this.#scope, "logs", `log-group:${this.name}`)] };
    return { ...grant, allow: [group, ...grant.allow] };
  }

  #grant(actions: readonly string[]): Grant {
    const streams = arnOf(this.#scope, "logs", `log-group:${this.name}:log-stream:*`);
    return { allow: [{ sid: "WriteLogs", actions, resources: [streams] }], address: this.name };
  }
}
