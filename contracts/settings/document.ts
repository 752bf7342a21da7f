import { PROGRAMS } from "./programs";

/** `docs/settings.md`: the environment variables of every program. */
export function settingsDocument(): string {
  return `${[
    "# Settings of the programs",
    "",
    "Environment variables by program, from `contracts/settings/`: the component writes them, the program reads them. Written by",
    "`node --require ./local/toolchain/register.cjs contracts/settings/emit.ts`.",
    ...PROGRAMS.flatMap(({ program, shape }) => [
      "",
      `## ${program}`,
      "",
      ...Object.values(shape).map(({ variable, kind, about, absent }) => {
        const rule =
          absent === undefined
            ? "required"
            : absent.value === undefined
              ? "optional"
              : `default ${kind.format(absent.value as object) || "none"}`;
        return `- \`${variable}\` (${kind.want}; ${rule}): ${about}.`;
      }),
    ]),
  ].join("\n")}\n`;
}
