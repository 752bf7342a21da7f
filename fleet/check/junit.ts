import type { Report } from "./check";
import type { Finding } from "./finding";

/** The report as JUnit XML: a suite for each stack, a failing case for each mandatory finding, one that passes for none. */
export function toJunit(report: Report): string {
  const stacks = [...report.stacks.map(({ stack }) => stack), ""];
  const suites = stacks.map((stack) =>
    suite(
      stack,
      report.findings.filter((finding) => finding.stack === stack),
    ),
  );
  const failures = report.findings.filter(({ level }) => level === "mandatory").length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="meridian check ${escape(report.environment)}" tests="${cases(report)}" failures="${failures}">`,
    ...suites,
    "</testsuites>",
    "",
  ].join("\n");
}

function cases({ stacks, findings }: Report): number {
  return (
    findings.length +
    [...stacks.map(({ stack }) => stack), ""].filter((name) => !findings.some(({ stack }) => stack === name)).length
  );
}

function suite(stack: string, findings: readonly Finding[]): string {
  const name = stack === "" ? "topology" : stack;
  const failures = findings.filter(({ level }) => level === "mandatory").length;
  const body =
    findings.length === 0
      ? [`    <testcase classname="${escape(name)}" name="all rules"/>`]
      : findings.map((one) => testCase(name, one));
  return [
    `  <testsuite name="${escape(name)}" tests="${Math.max(1, findings.length)}" failures="${failures}">`,
    ...body,
    "  </testsuite>",
  ].join("\n");
}

function testCase(stack: string, { id, rule, level, urn, property, message }: Finding): string {
  const name = escape([rule, urn.split("::").at(-1) ?? "", property].filter((part) => part !== "").join(" "));
  const inner =
    level === "mandatory"
      ? `<failure type="${escape(id)}" message="${escape(message)}"/>`
      : `<system-out>${escape(message)}</system-out>`;
  return `    <testcase classname="${escape(stack)}" name="${name}">${inner}</testcase>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Control characters may not stand in XML 1.0 at all, but for tab and line ends. */
const FORBIDDEN = /(?![\t\n\r])\p{Cc}/gu;

function escape(text: string): string {
  return text.replace(FORBIDDEN, "").replace(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
}
