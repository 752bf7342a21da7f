import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import type { Link } from "../../../contracts/links/link";
import { LINKS } from "../../../contracts/links/links";
import { RULES } from "./path";
import { STANDING } from "./standing";

/** Where the page is kept. */
export const DOCS_FILE = join(__dirname, "..", "..", "..", "docs", "reach.md");

const HEAD = `# Reach: can the packet get there, and does something answer

\`meridian check ENV\` follows each connection that the platform needs, hop by hop, over the recorded graphs of all stacks: before
anything is applied and without an account. \`meridian why FROM TO --env ENV\` shows one of them.

\`\`\`sh
bin/meridian why api cache --env dev
bin/meridian why verifier sqs --env prod
bin/meridian why visitor api --env dev
bin/meridian why visitor https://api.us.dev.meridian.example.com/v1/popular --env dev
\`\`\`

\`why\` exits with 0 when every path is there, 1 when something is missing, 2 when the question is not understood. \`FROM\` and \`TO\`
are clients and servers of the table below; a service of AWS goes by its name, a program behind the edge by its own.

## How it follows

The graph is recorded once more with the names, addresses and ids that AWS would give. They have the form of AWS's; they are not
the ones that AWS will give.

- **Name**: records of Route 53 (aliases, CNAMEs, each record of a latency set), aliases of distributions, custom domain names, private names of interface endpoints
- **Certificate**: names of ACM's certificates, wildcards, the region that CloudFront wants
- **Way out**: egress rules of the client's security groups; network policies of its pods, the cluster's DNS included
- **Route**: each subnet's table: local, NAT gateway, Internet gateway, gateway endpoints; the longest prefix
- **Endpoint**: policies of VPC endpoints, by the evaluator of [access](access.md)
- **Way in**: ingress rules of the server's security groups, those that EKS and EMR make by themselves included; network policies of its pods
- **Listener**: behaviours and origins of CloudFront, API mappings, routes and integrations, VPC links, listeners, target groups, node ports, Services
- **Program**: its own route table (\`contracts/links/routes.ts\`, compared with the running program by a test)

A connection that is there names every hop. One that is not names the first that is missing: what is wanted, what is there, the
resource, the line of code that makes it, and the page that says why.

## How far to trust it

- More than 100 written cases, each with its page: \`tests/fleet/check/reach/cases/\`.
- Each of 50 single changes to dev's graphs (a rule, route, record, name, port, path taken away) is caught and named; eleven
  changes that break nothing find nothing. Of the 94 resources on dev's paths each that has no other way beside it is missed.
- awsx makes the VPC in a process of its own: its tables are taken as awsx documents them, one a subnet.

Not judged: network ACLs (none is made, and the default one lets all through), IPv6, packet sizes, the load of anything.
`;

function linkRow({ id, from, to, protocol, port, why }: Link): string {
  const by = `${protocol.toUpperCase()} ${port === undefined ? "the server's port" : String(port)}`;
  return `- \`${id}\`: ${from} to ${to.replace(/^aws:/, "")} by ${by}. ${why}`;
}

/** The page: what is judged, by which rules, over which links, and what is known. */
export async function reachPage(): Promise<string> {
  const text = [
    HEAD,
    "## Rules\n",
    ...Object.entries(RULES).map(([rule, title]) => `- **${rule}**: ${title}`),
    "\n## What is known\n",
    "These findings are advisory until they are mended; any other is mandatory.\n",
    ...STANDING.map(({ rule, links, reason }) => `- \`${rule}\` (${links.join(", ")}): ${reason}`),
    "\n## Who connects to whom\n",
    `${LINKS.length} links, from \`contracts/links/links.ts\`. This page is generated: \`node --require ./local/toolchain/register.cjs fleet/check/reach/docs.ts\`.\n`,
    ...LINKS.map(linkRow),
    "",
  ].join("\n");
  return format(text, { ...(await resolveConfig(DOCS_FILE)), parser: "markdown", proseWrap: "always" });
}

if (require.main === module) {
  void reachPage().then((text) => {
    writeFileSync(DOCS_FILE, text);
  });
}
