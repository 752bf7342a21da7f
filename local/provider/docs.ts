import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { REQUESTS } from "../../aws/requests";
import type { RequestSpec, TypeRequests } from "../../aws/requests";
import { awsModels } from "./models";
import { typeTable } from "./types";

/** Where the page is kept. */
export const DOCS_FILE = join(__dirname, "..", "..", "docs", "aws-requests.md");

const HEAD = `# What AWS is asked for

For every resource type the local provider builds the AWS API requests that the type stands for and holds them to AWS's own
published service models (botocore's \`service-2.json\`: required members, enumerations, ranges, lengths, patterns) before
anything else happens. Then either the emulator is really asked (\`emulated\`), or the provider keeps the state itself
(\`validated\`: nothing runs behind it, its state is simulated). \`meridian check\` holds a whole fleet to the same models
without an engine, and a \`plan\` or \`up\` of an environment on AWS does so before it begins.

The requests are in \`aws/requests/services/\`, one file for each AWS service. Members get their names from the model; a table
names only those that Pulumi spells otherwise. Kubernetes objects are held to the published schema of the cluster's version and
are \`simulated\`.

A model states what a member may be, not what one member asks of another: [those rules](aws-rules.md) have a page of their own.
What neither states, AWS alone knows: whether a name is taken, a quota is reached ([preflight](quotas.md)), an ARN exists.

This page is generated: \`node --require ./local/toolchain/register.cjs local/provider/docs.ts\`.
`;

/** The page, from the tables, formatted like every other file. */
export async function formattedPage(): Promise<string> {
  const rows = typeTable().flatMap(({ type, mode }) => {
    const described = REQUESTS.get(type);
    return described === undefined ? [] : [row(type, mode, described)];
  });
  const page = [
    HEAD,
    `## ${rows.length} types\n`,
    "| Type | Requests | Mode | Never sent |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
  return format(page, { ...(await resolveConfig(DOCS_FILE)), parser: "markdown" });
}

function row(type: string, mode: string, { requests, notSent }: TypeRequests): string {
  const kept = Object.entries(notSent).map(([property, why]) => `\`${property}\`: ${why}`);
  return `| \`${type}\` | ${[...new Set(requests.map(link))].join(", ")} | ${mode} | ${kept.join("; ")} |`;
}

/** AWS's documentation of an operation. Source: boto3's "See also: AWS API Documentation". */
function link({ service, operation }: RequestSpec): string {
  return `[${service} ${operation}](https://docs.aws.amazon.com/goto/WebAPI/${awsModels().service(service).uid}/${operation})`;
}

if (require.main === module) {
  void formattedPage().then((page) => {
    writeFileSync(DOCS_FILE, page);
  });
}
