import { COMMON, optionName } from "./command";
import type { Command, Word } from "./command";

/** How a command is called: `query [name] [options]`. */
export function usage(name: string, { arguments: positional }: Command): string {
  const words = Object.entries(positional).map(([key, { required, repeats }]) => {
    const shown = `${key}${repeats === true ? "..." : ""}`;
    return required === true ? `<${shown}>` : `[${shown}]`;
  });
  return [name, ...words].join(" ");
}

/** The help of one command. */
export function commandHelp(name: string, command: Command): string {
  const { summary, arguments: positional, options, examples } = command;
  return [
    summary,
    "",
    `Usage: meridian ${usage(name, command)} [options]`,
    ...section(
      "Arguments",
      Object.entries(positional).map(([key, word]) => [key, described(word)]),
    ),
    ...section(
      "Options",
      Object.entries({ ...options, ...COMMON }).map(([key, word]) => [optionUsage(key, word), described(word)]),
    ),
    ...section(
      "Examples",
      examples.map((line) => [`meridian ${line}`, ""]),
    ),
  ].join("\n");
}

/** What `meridian --help` shows: every command with its summary. */
export function overview(commands: Readonly<Record<string, Command>>): string {
  return [
    "Usage: meridian <command> [options]",
    ...section(
      "Commands",
      Object.entries(commands).map(([name, command]) => [usage(name, command), command.summary]),
    ),
    "",
    "meridian <command> --help shows the command's options; each takes --json. Exit codes: 0 done, 1 failed, 2 bad input.",
  ].join("\n");
}

/** The commands as a Markdown table. */
export function commandTable(commands: Readonly<Record<string, Command>>): string {
  const rows = Object.entries(commands).map(
    ([name, command]) => `| \`${usage(name, command)}\` | ${command.summary} |`,
  );
  return ["| Command | What it does |", "|---|---|", ...rows].join("\n");
}

function optionUsage(key: string, { shows }: Word<unknown>): string {
  return `${optionName(key)}${shows === undefined ? "" : ` <${shows}>`}`;
}

function described({ help, fallback }: Word<unknown>): string {
  const plain = typeof fallback === "string" || typeof fallback === "number";
  return plain ? `${help} (default: ${fallback})` : help;
}

/** Widest first column before a description moves to a line of its own. */
const COLUMN = 34;

function section(title: string, rows: readonly (readonly [string, string])[]): readonly string[] {
  if (rows.length === 0) return [];
  const width = Math.min(COLUMN, Math.max(...rows.map(([left]) => left.length)));
  return [
    "",
    `${title}:`,
    ...rows.flatMap(([left, right]) =>
      left.length > width && right !== ""
        ? [`  ${left}`, `  ${" ".repeat(width)}  ${right}`]
        : [`  ${left.padEnd(width)}  ${right}`.trimEnd()],
    ),
  ];
}
