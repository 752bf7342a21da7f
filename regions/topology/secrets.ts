/** A place where a plain secret stands. The value itself is kept nowhere. */
export interface SecretPlace {
  readonly path: readonly PropertyKey[];
  readonly reason: string;
}

/** Words that name a secret, as whole words of a key: `dbPassword`, `api_key`, `client-secret`. */
const SECRET_WORDS =
  /^(?:passwords?|passwd|pwd|passphrase|secrets?|tokens?|credentials?|apikeys?|privatekeys?|accesskeys?)$/;

/** Pairs of words that name a secret only together. */
const SECRET_PAIRS = /(?:^|-)(?:api|private|access|signing|encryption)-keys?(?:-|$)/;

/** Values that are secrets under any key: AWS access keys, private keys, passwords in an address, well-known tokens. */
const SECRET_VALUES = [
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /:\/\/[^/\s:@]+:[^/\s@]+@/,
  /\bgh[pousr]_[A-Za-z0-9]{30,}\b/,
  /\bpul-[0-9a-f]{40}\b/,
];

/** Finds secrets written in plain in a topology. A topology needs none: they go to Pulumi's encrypted configuration. */
export function findSecrets(value: unknown, path: readonly PropertyKey[] = []): readonly SecretPlace[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => findSecrets(item, [...path, index]));
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
      const here = [...path, key];
      return namesSecret(key) && inner !== null && inner !== "" ? [place(here)] : findSecrets(inner, here);
    });
  }
  return typeof value === "string" && SECRET_VALUES.some((pattern) => pattern.test(value)) ? [place(path)] : [];
}

function namesSecret(key: string): boolean {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((word) => SECRET_WORDS.test(word)) || SECRET_PAIRS.test(words.join("-"));
}

function place(path: readonly PropertyKey[]): SecretPlace {
  const name = path.findLast((step) => typeof step === "string") ?? "name";
  return {
    path,
    reason: `want no plain secret here, got one (not shown); use --secret: pulumi config set --secret ${name}`,
  };
}
