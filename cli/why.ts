import { FindingsError } from "../contracts/finding";
import { buildWorld, why as ask } from "../fleet/check/access";
import type { ContextKeys, Reason } from "../fleet/check/access";
import { Fleet, reachGraph, whyReach } from "../fleet/check/reach";
import type { Path } from "../fleet/check/reach";
import { command, env, pairs, required, text } from "./kit/command";
import { topologyOf } from "./kit/environment";
import { EXIT } from "./kit/exit";
import { Output } from "./kit/output";

/** Three words ask for a right, two for a way. */
export default command({
  summary: "Say which statements allow a call, or by which hops a client reaches a server; or what is missing",
  arguments: {
    from: required("a role by name or ARN, a service such as s3.amazonaws.com, or deployer; for two words a client"),
    to: required("service:Action; for two words a server, or an https:// address"),
    resource: text("an ARN, s3://bucket/key, alias/name, * or the name of a resource", "resource"),
  },
  options: {
    env,
    context: pairs("a condition key of the request; may be repeated; default: as AWS makes the call", "key=value"),
  },
  examples: ["why emr-node s3:GetObject s3://meridian-local-us-east-1-artifacts/etl.py", "why api cache --env dev"],
  async run({ from, to, resource, env: name, context, json }) {
    const topology = topologyOf(name);
    const output = new Output(json);
    if (resource === undefined) {
      const reached = whyReach(new Fleet(await reachGraph(topology), topology), from, to);
      if ("findings" in reached) throw new FindingsError("the question is not understood", reached.findings);
      output.result(reached, () => {
        for (const line of reached.paths.flatMap(pathLines)) output.line(line);
      });
      return reached.reached ? EXIT.ok : EXIT.failed;
    }
    const keys: ContextKeys | undefined = Object.keys(context).length === 0 ? undefined : context;
    const reason = ask(await buildWorld(topology), { principal: from, action: to, resource }, keys);
    if ("findings" in reason) throw new FindingsError("the question is not understood", reason.findings);
    output.result(reason, () => {
      for (const line of reasonLines(reason)) output.line(line);
    });
    return reason.verdict === "allowed" ? EXIT.ok : EXIT.failed;
  },
});

/** A path's hops, and what it lacks. */
export function pathLines({ from, to, region, hops, gap }: Path): readonly string[] {
  return [
    `${gap === undefined ? "reached" : "not reached"}${region === "" ? "" : ` in ${region}`}: ${from} -> ${to}`,
    ...hops.map(({ what }) => `  ${what}`),
    ...(gap === undefined
      ? []
      : [`  missing (${gap.rule}): want ${gap.want}, got ${gap.got}`, `  belongs into: ${gap.urn}`, `  ${gap.source}`]),
  ];
}

const VERDICTS: Readonly<Record<Reason["verdict"], string>> = {
  allowed: "allowed",
  denied: "denied by a statement",
  missing: "not allowed by any statement",
  unjudged: "cannot be judged: it depends on what only AWS knows",
};

/** The answer, then what it rests on. */
export function reasonLines(reason: Reason): readonly string[] {
  const { principal, action, resource, verdict, by, missing, holder, near, because, context } = reason;
  return [
    `${VERDICTS[verdict]}: ${principal} ${action} ${resource}`,
    ...Object.entries(context).map(([key, value]) => `  with ${key} = ${value}`),
    ...because.map(({ id, title, source }) => `  asked by AWS: ${title} (${id}, ${source})`),
    ...by.map(({ statement, policy }) => `  by ${statement} in ${policy}`),
    ...(missing.length === 0 ? [] : [`  missing in: ${missing.join(", ")}`]),
    ...(holder === "" ? [] : [`  belongs into: ${holder}`]),
    ...near.slice(0, 3).map(({ statement, policy, fails }) => `  almost: ${statement} in ${policy}: ${fails}`),
  ];
}
