import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { REQUESTS } from "../../aws/requests";
import type { RequestSpec, TypeRequests } from "../../aws/requests";
import { awsModels } from "./models";
import { typeTable } from "./types";

/** Where the pages are: an index, and a page for each AWS service. */
export const DOCS_FOLDER = join(__dirname, "..", "..", "docs", "aws-requests");

const HEAD = `# What AWS is asked for

For every resource type the local provider builds the AWS API requests that the type stands for and holds them to AWS's own
published service models (botocore's \`service-2.json\`: required members, enumerations, ranges, lengths, patterns) before
anything else happens. Then either the emulator is really asked (\`emulated\`), or the provider keeps the state itself
(\`validated\`: nothing runs behind it, its state is simulated). \`meridian check\` holds a whole fleet to the same models
without an engine, and a \`plan\` or \`up\` of an environment on AWS does so before it begins.

The requests are in \`aws/<service>/requests.ts\`. Members get their names from the model; a table
names only those that Pulumi spells otherwise. Kubernetes objects are held to the published schema of the cluster's version and
are \`simulated\`.

A model states what a member may be, not what one member asks of another: [those rules](../aws-rules.md) have a page of their own.
What neither states, AWS alone knows: whether a name is taken, a quota is reached ([preflight](../quotas.md)), an ARN exists.

These pages are generated: \`node --require ./local/toolchain/register.cjs local/provider/docs.ts\`.
`;

/** Every page by its file name, formatted like every other file. */
export async function formattedPages(): Promise<ReadonlyMap<string, string>> {
  const sections = new Map<string, string[]>();
  for (const { type, mode } of typeTable()) {
    const described = REQUESTS.get(type);
    if (described === undefined) continue;
    const service = type.slice(type.indexOf(":") + 1, type.indexOf("/"));
    sections.set(service, [...(sections.get(service) ?? []), section(type, mode, described)]);
  }
  const services = [...sections].sort(([a], [b]) => (a < b ? -1 : 1));
  const count = services.reduce((sum, [, types]) => sum + types.length, 0);
  const index = services.map(([service, types]) => `- [${service}](${service}.md): ${types.length}`);
  const pages = [
    ["README.md", [HEAD, `## ${count} types\n`, ...index, ""].join("\n")] as const,
    ...services.map(([service, types]) => [`${service}.md`, [`# ${service}\n`, ...types].join("\n")] as const),
  ];
  return new Map(await Promise.all(pages.map(async ([name, page]) => [name, await formatted(page)] as const)));
}

async function formatted(page: string): Promise<string> {
  return format(page, { ...(await resolveConfig(join(DOCS_FOLDER, "README.md"))), parser: "markdown" });
}

function section(type: string, mode: string, { requests, notSent }: TypeRequests): string {
  const kept = Object.entries(notSent).map(([property, why]) => `- never sent: \`${property}\`: ${why}`);
  return [`## \`${type}\`\n`, `- mode: ${mode}`, ...new Set(requests.map(link)), ...kept, ""].join("\n");
}

/** AWS's documentation of an operation. Source: boto3's "See also: AWS API Documentation". */
function link({ service, operation }: RequestSpec): string {
  return `- request: [${service} ${operation}](https://docs.aws.amazon.com/goto/WebAPI/${awsModels().service(service).uid}/${operation})`;
}

async function write(): Promise<void> {
  rmSync(DOCS_FOLDER, { recursive: true, force: true });
  mkdirSync(DOCS_FOLDER, { recursive: true });
  for (const [name, page] of await formattedPages()) writeFileSync(join(DOCS_FOLDER, name), page);
}

if (require.main === module) void write();
