import { createHash, createHmac } from "node:crypto";

/** AWS credentials; `sessionToken` with temporary ones. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where credentials come from; asked before each use, since temporary ones are renewed. */
export type CredentialSource = () => Promise<Credentials>;

/** A request to be signed. */
export interface Signable {
  readonly method: string;
  /** Without query; each segment encoded as it is sent. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Names in lower case; `host` among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface SigningScope {
  readonly region: string;
  /** Name of the service as AWS signs it, e.g. `sagemaker`. */
  readonly service: string;
  readonly now: Date;
}

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * Headers that sign a request: the given ones, `x-amz-date`, the session's token, `authorization`.
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signedHeaders(
  request: Signable,
  credentials: Credentials,
  scope: SigningScope,
): Readonly<Record<string, string>> {
  const headers = {
    ...request.headers,
    "x-amz-date": timeOf(scope.now),
    ...(credentials.sessionToken === undefined ? {} : { "x-amz-security-token": credentials.sessionToken }),
  };
  const names = Object.keys(headers).sort().join(";");
  const signature = signatureOf({ ...request, headers }, request.query ?? {}, names, credentials, scope);
  const credential = `${credentials.accessKeyId}/${scopeOf(scope)}`;
  return {
    ...headers,
    authorization: `${ALGORITHM} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** The query that signs a request for a while: what a presigned URL carries. @param seconds for which it is valid. */
export function presignedQuery(
  request: Signable,
  credentials: Credentials,
  scope: SigningScope,
  seconds: number,
): string {
  const names = Object.keys(request.headers).sort().join(";");
  const query: Readonly<Record<string, string>> = {
    ...request.query,
    "X-Amz-Algorithm": ALGORITHM,
    "X-Amz-Credential": `${credentials.accessKeyId}/${scopeOf(scope)}`,
    "X-Amz-Date": timeOf(scope.now),
    "X-Amz-Expires": String(seconds),
    ...(credentials.sessionToken === undefined ? {} : { "X-Amz-Security-Token": credentials.sessionToken }),
    "X-Amz-SignedHeaders": names,
  };
  const signature = signatureOf(request, query, names, credentials, scope);
  return `${canonicalQuery(query)}&X-Amz-Signature=${signature}`;
}

function signatureOf(
  { method, path, headers, body = "" }: Signable,
  query: Readonly<Record<string, string>>,
  names: string,
  { secretAccessKey }: Credentials,
  scope: SigningScope,
): string {
  const canonical = [
    method,
    // A path is encoded once more than it is sent, but for S3.
    path.split("/").map(encoded).join("/"),
    canonicalQuery(query),
    ...names.split(";").map((name) => `${name}:${(headers[name] ?? "").trim().replaceAll(/ +/g, " ")}`),
    "",
    names,
    sha256(body),
  ].join("\n");
  const text = [ALGORITHM, timeOf(scope.now), scopeOf(scope), sha256(canonical)].join("\n");
  const { region, service } = scope;
  const key = [dayOf(scope.now), region, service, "aws4_request"].reduce<Buffer>(
    hmac,
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  return hmac(key, text).toString("hex");
}

function canonicalQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join("&");
}

/** RFC 3986: all but unreserved characters. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function scopeOf({ now, region, service }: SigningScope): string {
  return `${dayOf(now)}/${region}/${service}/aws4_request`;
}

function timeOf(now: Date): string {
  return now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
}

function dayOf(now: Date): string {
  return timeOf(now).slice(0, 8);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
