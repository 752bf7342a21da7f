import type { CallRow } from "../call";
import { at, delivers, given, keyCall, list, onBehalfOf, text, USE_KEY, via } from "../call-kit";

const SECRET = ["aws:secretsmanager/secret:Secret"];
const SOURCE = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html";

export const calls: readonly CallRow[] = [
  {
    id: "secretsmanager-key",
    types: SECRET,
    property: "kmsKeyId",
    title: "Whoever writes the secret uses its key",
    source: SOURCE,
    calls: (node, place) =>
      given(node, "kmsKeyId").flatMap((key) =>
        keyCall(place, { deployer: true }, key, USE_KEY, via(place, "secretsmanager")),
      ),
  },
  {
    id: "secretsmanager-replica-key",
    types: SECRET,
    property: "replicas",
    title: "Whoever writes the secret uses the key of each replica",
    source: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html",
    calls: ({ inputs }, place) =>
      list(inputs, "replicas").flatMap((replica) =>
        at(replica, "kmsKeyId") === undefined
          ? []
          : keyCall(
              place,
              { deployer: true },
              at(replica, "kmsKeyId"),
              USE_KEY,
              via(place, "secretsmanager", text(replica, "region") ?? place.region),
            ),
      ),
  },
  {
    id: "secretsmanager-rotation",
    types: ["aws:secretsmanager/secretRotation:SecretRotation"],
    property: "rotationLambdaArn",
    title: "Secrets Manager invokes the function that rotates the secret",
    source:
      "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html",
    calls: (node, place) =>
      given(node, "rotationLambdaArn").flatMap((target) =>
        delivers({ service: "secretsmanager.amazonaws.com" }, target, onBehalfOf(place, at(node.inputs, "secretId"))),
      ),
  },
];
