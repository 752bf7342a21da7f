import { FindingsError } from "../contracts/finding";
import { buildWorld, why as ask } from "../fleet/check/access";
import type { ContextKeys, Reason } from "../fleet/check/access";
import { command, env, pairs, required } from "./kit/command";
import { topologyOf } from "./kit/environment";
import { EXIT } from "./kit/exit";
import { Output } from "./kit/output";

export default command({
  summary: "Say which statements allow a principal an action on a resource, or which statement is missing",
  arguments: {
    principal: required("a role by name or ARN, a service such as s3.amazonaws.com, or deployer"),
    action: required("service:Action"),
    resource: required("an ARN, s3://bucket/key, alias/name, * or the name of a resource"),
  },
  options: {
    env,
    context: pairs("a condition key of the request; may be repeated; default: as AWS makes the call", "key=value"),
  },
  examples: ["why emr-node s3:GetObject s3://meridian-local-us-east-1-artifacts/etl.py"],
  async run({ principal, action, resource, env: name, context, json }) {
    const keys: ContextKeys | undefined = Object.keys(context).length === 0 ? undefined : context;
    const reason = ask(await buildWorld(topologyOf(name)), { principal, action, resource }, keys);
    if ("findings" in reason) throw new FindingsError("the question is not understood", reason.findings);
    const output = new Output(json);
    output.result(reason, () => {
      for (const line of reasonLines(reason)) output.line(line);
    });
    return reason.verdict === "allowed" ? EXIT.ok : EXIT.failed;
  },
});

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
