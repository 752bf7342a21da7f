/**
 * What begins at a place of a connection's bytes: `plain` a whole GET without a body, `framed` a whole head whose message has a
 * known length, `other` anything else, e.g. half a head, a chunked body, an upgrade, or what breaks HTTP's grammar.
 */
export type Shape = "plain" | "framed" | "other";

/** Longer heads are `other`: bytes, well below the 16 KiB that Node's parser takes. */
const MOST_HEAD_BYTES = 4096;

const [TAB, LF, CR, SPACE, COLON, DELETE] = [9, 10, 13, 32, 58, 127] as const;
const VERSION = Buffer.from(" HTTP/1.1\r\n");
const METHODS = { get: Buffer.from("GET "), post: Buffer.from("POST "), head: Buffer.from("HEAD ") } as const;

/** Bytes of a field's name: RFC 9110, 5.6.2, token. */
const IN_NAME = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
/** Bytes of a field's value: RFC 9110, 5.5, field-content. */
const IN_VALUE = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === TAB || (byte >= SPACE && byte !== DELETE) ? 1 : 0,
);

/** Fields that change how a message ends, or what may follow it: all make a request `other`. Upgrades say so in Connection. */
const BREAKING = ["expect", "proxy-connection", "transfer-encoding"];

/** Fields that are looked at, by the length of their names: all others are only held to the grammar. */
const LOOKED_AT = new Map<number, readonly string[]>();
for (const name of ["host", "connection", "authorization", "content-length", ...BREAKING]) {
  LOOKED_AT.set(name.length, [...(LOOKED_AT.get(name.length) ?? []), name]);
}
const LENGTHS = Uint8Array.from({ length: 256 }, (_, length) => (LOOKED_AT.has(length) ? 1 : 0));

/**
 * Separates plain requests from all others by a subset of HTTP's grammar: what it calls `plain` or
 * `framed`, Node's parser reads in the same way; what it does not know is Node's to judge. It keeps what it read last, so
 * that reading makes no garbage.
 */
export class RequestReader {
  /** Address of a `plain` request as it was sent. */
  url = "";
  /** Of a `plain` request. */
  authorization: string | undefined;
  /** Where the head ends. */
  end = 0;
  /** Bytes of the body that follows a `framed` head. */
  bodyBytes = 0;

  private hosts = 0;
  private lengths = 0;

  read(chunk: Buffer, from: number): Shape {
    const plain = startsWith(chunk, METHODS.get, from);
    const start =
      from + (plain ? 4 : startsWith(chunk, METHODS.post, from) || startsWith(chunk, METHODS.head, from) ? 5 : 0);
    if (start === from) return "other";
    const most = Math.min(chunk.length, from + MOST_HEAD_BYTES);
    let at = start;
    while (at < most && isTarget(chunk[at])) at += 1;
    if (at === start || !startsWith(chunk, VERSION, at)) return "other";
    const target = at;
    if (!this.readFields(chunk, at + VERSION.length, most)) return "other";
    if (!plain || this.lengths > 0) return "framed";
    this.url = chunk.toString("latin1", start, target);
    return "plain";
  }

  /** Reads fields to the empty line. */
  private readFields(chunk: Buffer, from: number, most: number): boolean {
    this.authorization = undefined;
    this.bodyBytes = this.hosts = this.lengths = 0;
    let at = from;
    while (at < most && chunk[at] !== CR) {
      const name = at;
      while (at < most && IN_NAME[chunk[at] ?? 0] === 1) at += 1;
      if (at === name || at >= most || chunk[at] !== COLON) return false;
      const colon = at;
      at += 1;
      while (at < most && IN_VALUE[chunk[at] ?? 0] === 1) at += 1;
      if (chunk[at] !== CR || chunk[at + 1] !== LF) return false;
      if (LENGTHS[colon - name] === 1 && !this.look(chunk, name, colon, at)) return false;
      at += 2;
    }
    this.end = at + 2;
    // A request without a Host, or with two, is one that servers refuse.
    return this.end <= most && chunk[at + 1] === LF && this.hosts === 1;
  }

  /** Whether a field leaves the message's end known. */
  private look(chunk: Buffer, from: number, colon: number, end: number): boolean {
    const name = chunk.toString("latin1", from, colon).toLowerCase();
    if (LOOKED_AT.get(name.length)?.includes(name) !== true) return true;
    const value = (): string => chunk.toString("latin1", colon + 1, end).trim();
    if (name === "host") {
      this.hosts += 1;
      return true;
    }
    if (name === "connection") return value().toLowerCase() === "keep-alive";
    if (name === "authorization") {
      if (this.authorization !== undefined) return false;
      this.authorization = value();
      return true;
    }
    if (name === "content-length") {
      const bytes = value();
      this.lengths += 1;
      this.bodyBytes = Number(bytes);
      return this.lengths === 1 && /^\d{1,9}$/.test(bytes);
    }
    return false;
  }
}

function isTarget(byte: number | undefined): boolean {
  return byte !== undefined && byte > SPACE && byte < DELETE;
}

function startsWith(chunk: Buffer, text: Buffer, from: number): boolean {
  if (from + text.length > chunk.length) return false;
  for (let at = 0; at < text.length; at += 1) if (chunk[from + at] !== text[at]) return false;
  return true;
}
