/** As Node's own answers say it. */
const KEEP_ALIVE = "Connection: keep-alive\r\nKeep-Alive: timeout=";

/** Content type of all JSON answers. */
export const JSON_TYPE = "application/json; charset=utf-8";

/** An answer that only needs to be sent: 200, with its body as JSON, which only the caller may keep. */
export class ReadyAnswer {
  readonly body: Buffer;
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  private readonly whole: Buffer;
  private readonly dateAt: number;
  private second = NaN;

  /** @param keepAliveMs what the server grants idle connections. */
  constructor(
    value: unknown,
    keepAliveMs: number,
    private readonly now: () => number = Date.now,
  ) {
    const text = JSON.stringify(value);
    const length = Buffer.byteLength(text);
    this.headers = ["content-type", JSON_TYPE, "content-length", String(length), "cache-control", "private, max-age=0"];
    const lines = this.headers.map((part, at) => (at % 2 === 0 ? `${part}: ` : `${part}\r\n`)).join("");
    const head = `HTTP/1.1 200 OK\r\n${lines}Date: `;
    const date = new Date(now()).toUTCString();
    const rest = `\r\n${KEEP_ALIVE}${Math.floor(keepAliveMs / 1000)}\r\n\r\n`;
    this.whole = Buffer.from(`${head}${date}${rest}${text}`);
    this.body = this.whole.subarray(this.whole.length - length);
    this.dateAt = head.length;
  }

  /** The whole answer to a request of HTTP/1.1 whose connection is kept, its date of the second. */
  message(): Buffer {
    const second = Math.floor(this.now() / 1000);
    if (second !== this.second) {
      this.second = second;
      this.whole.write(dateOf(second), this.dateAt, "latin1");
    }
    return this.whole;
  }
}

let dated = { second: NaN, text: "" };

/** All answers of a second have one date. */
function dateOf(second: number): string {
  if (dated.second !== second) dated = { second, text: new Date(second * 1000).toUTCString() };
  return dated.text;
}
