import { UNKNOWN } from "../value";
import type { Properties } from "../value";
import { json, request, turned, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

const OWN_ID: Properties = { KeyId: UNKNOWN };
const ON_DELETION = { deletionWindowInDays: "PendingWindowInDays" };

export const requests: RequestTable = {
  "aws:kms/key:Key": type([
    request("kms:CreateKey", { customerMasterKeySpec: "KeySpec", policy: json("Policy") }),
    request(
      "kms:EnableKeyRotation",
      { enableKeyRotation: [], rotationPeriodInDays: "RotationPeriodInDays" },
      { adds: OWN_ID, when: ["enableKeyRotation"] },
    ),
    request("kms:DisableKey", { isEnabled: [] }, { adds: OWN_ID, when: ["isEnabled=false"] }),
    request("kms:ScheduleKeyDeletion", ON_DELETION, { adds: OWN_ID, when: ["deletionWindowInDays"] }),
  ]),
  "aws:kms/replicaKey:ReplicaKey": type([
    request(
      "kms:ReplicateKey",
      {
        primaryKeyArn: turned("KeyId", (arn) => (typeof arn === "string" ? (arn.split("/").at(-1) ?? arn) : arn)),
        policy: json("Policy"),
      },
      { adds: { ReplicaRegion: UNKNOWN } },
    ),
    request("kms:DisableKey", { enabled: [] }, { adds: OWN_ID, when: ["enabled=false"] }),
    request("kms:ScheduleKeyDeletion", ON_DELETION, { adds: OWN_ID, when: ["deletionWindowInDays"] }),
  ]),
  "aws:kms/alias:Alias": type(request("kms:CreateAlias", { name: "AliasName" }, { adds: { AliasName: UNKNOWN } })),
};
