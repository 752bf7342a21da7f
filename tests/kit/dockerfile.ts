import { readFileSync } from "node:fs";

/** One instruction of a Dockerfile, with its continued lines joined. */
export interface Instruction {
  readonly keyword: string;
  readonly text: string;
}

/** A stage: what stands below one FROM. */
export interface Stage {
  /** With the build's arguments filled in. */
  readonly base: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** A Dockerfile, read as far as ours go: comments, continued lines, ARG before the first FROM, stages. */
export function readDockerfile(path: string): {
  readonly args: Readonly<Record<string, string>>;
  readonly stages: readonly Stage[];
} {
  const args: Record<string, string> = {};
  const stages: { base: string; name: string | undefined; instructions: Instruction[] }[] = [];
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"));
  for (const line of lines.join("\n").replaceAll(/\\\n/g, " ").split("\n")) {
    const [, keyword, text] = /^([A-Z]+)\s+(.*)$/.exec(line.replaceAll(/\s+/g, " ").trim()) ?? [];
    if (keyword === undefined || text === undefined) continue;
    if (keyword === "FROM") {
      const [base = "", , name] = text.split(" ");
      const filled = base.replaceAll(/\$\{(\w+)\}/g, (_, arg: string) => args[arg] ?? "");
      stages.push({ base: filled, name, instructions: [] });
    } else if (stages.length === 0 && keyword === "ARG") {
      const [arg = "", value = ""] = text.split("=");
      args[arg] = value;
    } else stages.at(-1)?.instructions.push({ keyword, text });
  }
  return { args, stages };
}

/** The texts of a stage's instructions of one kind. */
export function textsOf(stage: Stage | undefined, keyword: string): string[] {
  return (stage?.instructions ?? []).filter((one) => one.keyword === keyword).map(({ text }) => text);
}

/** The words of a command in exec form, JSON; of HEALTHCHECK, those behind CMD. @throws for the shell's form. */
export function execForm(text: string): string[] {
  return JSON.parse(text.slice(text.indexOf("["))) as string[];
}

/** Variables that a stage sets. */
export function environmentOf(stage: Stage | undefined): Record<string, string> {
  const pairs = textsOf(stage, "ENV").flatMap((text) => text.split(" "));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}
