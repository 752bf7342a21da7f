import { UNKNOWN } from "../value";
import type { Properties } from "../value";
import { json, request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

const OWN_ID: Properties = { SecretId: UNKNOWN };

export const requests: RequestTable = {
  "aws:secretsmanager/secret:Secret": type(
    [
      request(
        "secretsmanager:CreateSecret",
        { replicas: "AddReplicaRegions" },
        { adds: { Name: UNKNOWN, ClientRequestToken: UNKNOWN } },
      ),
      request(
        "secretsmanager:PutResourcePolicy",
        { policy: json("ResourcePolicy") },
        { adds: OWN_ID, when: ["policy"] },
      ),
      request(
        "secretsmanager:DeleteSecret",
        { recoveryWindowInDays: "RecoveryWindowInDays" },
        { adds: OWN_ID, when: ["recoveryWindowInDays"] },
      ),
    ],
    {
      "replicas.lastAccessedDate": "AWS answers it",
      "replicas.status": "AWS answers it",
      "replicas.statusMessage": "AWS answers it",
    },
  ),
  "aws:secretsmanager/secretPolicy:SecretPolicy": type(
    request("secretsmanager:PutResourcePolicy", { secretArn: "SecretId", policy: json("ResourcePolicy") }),
  ),
  "aws:secretsmanager/secretRotation:SecretRotation": type(
    request("secretsmanager:RotateSecret", {}, { adds: { ClientRequestToken: UNKNOWN } }),
    { rotationEnabled: "set by AWS" },
  ),
  "aws:secretsmanager/secretVersion:SecretVersion": type(
    request(
      "secretsmanager:PutSecretValue",
      { secretStringWo: "SecretString" },
      { adds: { ClientRequestToken: UNKNOWN } },
    ),
    { secretStringWoVersion: "tells the provider when the value is a new one" },
  ),
};
