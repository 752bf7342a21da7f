import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { settingsDocument } from "../../../contracts/settings/document";
import { PROGRAMS } from "../../../contracts/settings/programs";
import {
  eitherOf,
  list,
  number,
  oneOf,
  optional,
  ProgramSettings,
  required,
  SettingsError,
  text,
  withDefault,
} from "../../../contracts/settings/setting";
import { apiSettings } from "../../../contracts/settings/api";

const ROOT = join(__dirname, "..", "..", "..");

const settings = new ProgramSettings(
  "sample",
  {
    name: required("NAME", text, "a name"),
    size: withDefault("SIZE", number({ min: 1, max: 9 }), 3, "a size"),
    share: optional("SHARE", number({ min: 0, max: 1, integer: false }), "a share"),
    mode: withDefault("MODE", oneOf(["slow", "fast"]), "slow", "a mode"),
    open: withDefault("OPEN", eitherOf("yes", "no"), false, "open or not"),
    tags: withDefault("TAGS", list, [], "tags"),
  },
  ({ mode, tags }) => (mode === "fast" && tags.length > 0 ? ["TAGS: want none with fast, got some"] : []),
);

/** What reading an environment is refused with. */
function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    settings.read(environment);
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.problems;
  }
}

describe("a program's settings", () => {
  it("are read as they were written", () => {
    const values = { name: "a", size: 9, share: 0.25, mode: "fast", open: true, tags: [] } as const;
    assert.deepEqual(settings.write({ ...values, tags: undefined }), {
      ...{ NAME: "a", SIZE: "9", SHARE: "0.25", MODE: "fast", OPEN: "yes" },
    });
    assert.deepEqual(settings.read(settings.write(values)), values);
    assert.deepEqual(settings.read({ NAME: "a", TAGS: "x,y" }).tags, ["x", "y"]);
  });

  it("have their defaults where a variable is absent or empty", () => {
    const usual = { name: "a", size: 3, share: undefined, mode: "slow", open: false, tags: [] };
    assert.deepEqual(settings.read({ NAME: "a", SIZE: "", SHARE: "" }), usual);
  });

  it("are refused with all problems at once, each by its variable", () => {
    assert.deepEqual(problemsOf({ SIZE: "10", SHARE: "half", MODE: "quick", OPEN: "1" }), [
      "NAME: want a value, got nothing",
      "SIZE: want a whole number from 1 to 9, got 10",
      "SHARE: want a number from 0 to 1, got half",
      "MODE: want slow or fast, got quick",
      "OPEN: want yes or no, got 1",
    ]);
    for (const size of ["0", "1.5", " ", "1e9", "1e0", "0x5", "+5", " 5", "NaN", "Infinity"]) {
      assert.equal(problemsOf({ NAME: "a", SIZE: size }).length, 1, size);
    }
  });

  it("are compared with each other once each is right in itself", () => {
    assert.deepEqual(problemsOf({ NAME: "a", MODE: "fast", TAGS: "x" }), ["TAGS: want none with fast, got some"]);
    const jwt = { AWS_REGION: "r", MERIDIAN_RECOMMENDATIONS_TABLE: "t", MERIDIAN_MODELS_TABLE: "m" };
    assert.throws(
      () =>
        apiSettings.read({
          ...jwt,
          MERIDIAN_PSEUDONYM_KEY: "k",
          MERIDIAN_AUTH: "jwt",
          MERIDIAN_AUTH_ISSUER: "ftp://x",
        }),
      ({ problems }: SettingsError) =>
        problems.length === 2 &&
        problems.every((problem, index) =>
          problem.startsWith(["MERIDIAN_AUTH_ISSUER:", "MERIDIAN_AUTH_AUDIENCES:"][index] ?? "?"),
        ),
    );
  });
});

describe("the settings of all programs", () => {
  it("are in docs/settings.md", () => {
    assert.equal(
      readFileSync(join(ROOT, "docs", "settings.md"), "utf8"),
      settingsDocument(),
      "run node --require ./local/toolchain/register.cjs contracts/settings/emit.ts",
    );
  });

  it("name each variable once a program", () => {
    for (const { program, shape } of PROGRAMS) {
      const names = Object.values(shape).map(({ variable }) => variable);
      assert.equal(new Set(names).size, names.length, program);
    }
  });

  it("are spelled in no other file of services, components, stacks and cli", () => {
    const names = new Set(PROGRAMS.flatMap(({ shape }) => Object.values(shape).map(({ variable }) => variable)));
    const ours = [...names].filter(
      (name) => name.startsWith("MERIDIAN_") || name.includes("BUCKET") || name.includes("QUEUE"),
    );
    const spelled = ["services", "components", "stacks", "cli"].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((file) => {
          const source = readFileSync(file, "utf8");
          return ours.some((name) => new RegExp(`\\b${name}\\b`).test(source));
        }),
    );
    assert.deepEqual(spelled, []);
  });
});
