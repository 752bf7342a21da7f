import { FindingsError } from "../contracts/finding";
import { readFileSync, writeFileSync } from "node:fs";
import { checkFleet, parity, readConfiguration, toJunit, toSarif } from "../fleet/check";
import type { Configuration, Report } from "../fleet/check";
import { buildFleetGraph } from "../fleet/graph";
import { version } from "../package.json";
import { parityText, reportText } from "../fleet/views/check";
import { choice, command, environment, flag, text } from "./kit/command";
import { topologyOf } from "./kit/environment";
import { BadInput, EXIT } from "./kit/exit";
import { publishedModels } from "./kit/published";

const FORMATS = ["table", "json", "sarif", "junit"] as const;
type Format = (typeof FORMATS)[number];

/** Nothing is started: every stack is recorded and judged in this process. */
export default command({
  summary: "Judge every stack by every rule, in process: no engine, no AWS",
  arguments: { environment },
  options: {
    format: choice(FORMATS, "how the report is written", "table"),
    output: text("write the report to a file", "file"),
    parity: flag("list what differs between the regions, and what in the topology asks for it"),
    noAccess: flag("do not ask whether each call of AWS and of programs is allowed"),
    policyPackConfig: text("levels and parameters of rules, as the engine takes them", "file"),
  },
  examples: ["check prod", "check dev --format sarif --output check.sarif", "check prod --parity"],
  async run({ environment: name, format: asked, output, parity: regions, noAccess, policyPackConfig, json: asJson }) {
    const format = asJson ? "json" : asked;
    if (regions && (format === "sarif" || format === "junit")) {
      throw new BadInput("differences between regions are no violations of rules", [
        { path: "--format", want: "table or json with --parity", got: format },
      ]);
    }
    // A file of one's own can be judged before it is one of the environments.
    const topology = topologyOf(name);
    const configuration = policyPackConfig === undefined ? undefined : configurationOf(policyPackConfig);
    if (regions) {
      const differences = await parity(topology, await buildFleetGraph(topology));
      write(output, format === "json" ? json({ differences }) : parityText(differences));
      return differences.every(({ declared }) => declared !== undefined) ? EXIT.ok : EXIT.failed;
    }
    const report = await checkFleet(topology, {
      published: publishedModels(),
      access: !noAccess,
      ...(configuration === undefined ? {} : { configuration }),
    });
    write(output, written(report, format));
    return report.passed ? EXIT.ok : EXIT.failed;
  },
});

function configurationOf(file: string): Configuration {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch {
    throw new BadInput("the policy configuration cannot be read", [
      { path: "--policy-pack-config", want: "a file", got: file },
    ]);
  }
  const read = readConfiguration(content);
  if ("findings" in read) throw new FindingsError(`${file} does not configure the rules`, read.findings);
  return read.configuration;
}

function write(output: string | undefined, report: string): void {
  if (output === undefined) {
    process.stdout.write(report);
    return;
  }
  try {
    writeFileSync(output, report);
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw new BadInput("the report cannot be written", [{ path: "--output", want: "a file that can be written", got }]);
  }
}

function written(report: Report, format: Format): string {
  switch (format) {
    case "json":
      return json(report);
    case "sarif":
      return json(toSarif(report, version));
    case "junit":
      return toJunit(report);
    case "table":
      return reportText(report);
  }
}

function json(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
