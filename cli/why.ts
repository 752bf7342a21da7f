import { FindingsError } from "../contracts/finding";
import { buildWorld, why as ask } from "../fleet/check/access";
import type { ContextKeys, Reason } from "../fleet/check/access";
import { topologyOf } from "./kit/environment";
import { BadInput, EXIT } from "./kit/exit";
import type { ExitCode } from "./kit/exit";
import { Output } from "./kit/output";

interface WhyOptions {
  readonly json?: boolean;
  readonly env?: string;
  readonly context?: string | readonly string[];
}

/** Says which statements allow a principal an action on a resource, or which is the first that is missing. */
export async function why(
  principal: string,
  action: string,
  resource: string,
  { json = false, env, context }: WhyOptions,
): Promise<ExitCode> {
  const keys = context === undefined ? undefined : contextOf(context);
  const reason = ask(await buildWorld(topologyOf(env)), { principal, action, resource }, keys);
  if ("findings" in reason) throw new FindingsError("the question is not understood", reason.findings);
  const output = new Output(json);
  output.result(reason, () => {
    for (const line of reasonLines(reason)) output.line(line);
  });
  return reason.verdict === "allowed" ? EXIT.ok : EXIT.failed;
}

function contextOf(given: string | readonly string[]): ContextKeys {
  const pairs = typeof given === "string" ? [given] : given;
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
      throw new BadInput("the context is not understood", [
        { path: "--context", reason: `want key=value, e.g. kms:ViaService=s3.eu-west-1.amazonaws.com, got ${pair}` },
      ]);
    }),
  );
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
