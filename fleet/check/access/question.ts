import type { CallRow } from "../../../aws/call";
import type { GraphNode } from "../../graph";
import type { Request } from "./policy";

/** One question: may this caller do this, and who asks. */
export interface Question {
  readonly row: CallRow;
  /** The resource whose property leads to the call. */
  readonly node: GraphNode;
  readonly request: Request;
  /** Region of the VPC that the call leaves from. */
  readonly fromVpcOf: string | undefined;
}
