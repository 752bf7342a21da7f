import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { StreamRecord } from "../kit/stream/producer";

export interface SpillOptions {
  /** Folder of this process alone; made where there is none, readable by its owner only: events are personal data. */
  readonly folder: string;
  /** Bytes that may wait. @default 1 GiB */
  readonly maxBytes?: number;
  /** Bytes after which a new segment begins. @default 4 MiB */
  readonly segmentBytes?: number;
}

/** A part of the spill that is read as one. */
export interface Segment {
  readonly name: string;
  readonly records: readonly StreamRecord[];
  /** Lines whose checksum does not fit: damaged on disk. */
  readonly damaged: readonly string[];
}

interface Waiting {
  readonly lines: string;
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const SEGMENT = /^\d{10}\.spill$/;

/**
 * Records on disk, first in, first out, while the stream does not take them. A line is a checksum and the record; an
 * append is answered after the disk has it. Files are removed once all their records are on the stream; how far one is
 * stands beside it, so that a kill in the middle costs at most one slice sent twice, which the event id settles.
 */
export class Spill {
  /** Records that wait. */
  records = 0;
  bytes = 0;
  private readonly options: Required<SpillOptions>;
  private closed: string[];
  private next: number;
  private active: { readonly name: string; readonly file: FileHandle; bytes: number } | undefined;
  private readonly pending: Waiting[] = [];
  private writing: Promise<void> | undefined;

  /** Opens the folder and counts what an earlier process left there. @throws the file system's errors. */
  constructor(options: SpillOptions) {
    this.options = { maxBytes: 1024 ** 3, segmentBytes: 4 * 1024 ** 2, ...options };
    const { folder } = this.options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.closed = readdirSync(folder)
      .filter((name) => SEGMENT.test(name))
      .sort();
    this.next = Number(this.closed.at(-1)?.slice(0, 10) ?? 0) + 1;
    for (const name of this.closed) {
      this.bytes += statSync(join(folder, name)).size;
      this.records += this.read(name).records.length;
    }
  }

  isEmpty(): boolean {
    return this.closed.length === 0 && this.nothingNew();
  }

  /** Whether the named segment holds all that waits. */
  isLast(name: string): boolean {
    return this.closed.length === 1 && this.closed[0] === name && this.nothingNew();
  }

  private nothingNew(): boolean {
    return this.active === undefined && this.writing === undefined;
  }

  /** Writes records; resolves when the disk has them. @throws Error when there is no room, or the file system's errors. */
  async append(records: readonly StreamRecord[]): Promise<void> {
    const lines = records.map(lineOf).join("");
    const bytes = Buffer.byteLength(lines);
    if (this.bytes + bytes > this.options.maxBytes) {
      throw new Error(`spill: want at most ${this.options.maxBytes} bytes, got ${this.bytes + bytes}`);
    }
    this.bytes += bytes;
    await new Promise<void>((resolve, reject) => {
      this.pending.push({ lines, count: records.length, resolve, reject });
      this.writing ??= this.write();
    });
  }

  /** The oldest segment; undefined when there is none. It stays until `remove`. */
  async oldest(): Promise<Segment | undefined> {
    if (this.closed.length === 0) await this.rotate();
    const [name] = this.closed;
    return name === undefined ? undefined : this.read(name);
  }

  /** Notes that a segment's first `count` records, as it was read, need not be read again. */
  advance(segment: Segment, count: number): void {
    this.records -= count;
    const file = join(this.options.folder, `${segment.name}.at`);
    writeFileSync(`${file}.tmp`, String(this.doneOf(segment.name) + count), { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
  }

  /** Replaces a segment, as it was read, by fewer records: those that are still to be sent. */
  keepOnly(segment: Segment, left: readonly StreamRecord[]): void {
    this.records -= segment.records.length - left.length;
    const path = join(this.options.folder, segment.name);
    const before = statSync(path).size;
    const lines = left.map(lineOf).join("");
    writeFileSync(`${path}.tmp`, lines, { mode: 0o600, flush: true });
    // Before the new content: a kill in between sends records twice rather than never.
    rmSync(`${path}.at`, { force: true });
    renameSync(`${path}.tmp`, path);
    this.bytes += Buffer.byteLength(lines) - before;
  }

  /** Removes a segment whose records are all on the stream. */
  remove(segment: Segment): void {
    const path = join(this.options.folder, segment.name);
    this.bytes -= statSync(path).size;
    rmSync(path);
    rmSync(`${path}.at`, { force: true });
    this.closed = this.closed.filter((name) => name !== segment.name);
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.rotate();
  }

  /** Ends the active segment, so that it can be read. */
  private async rotate(): Promise<void> {
    while (this.writing !== undefined) await this.writing;
    const { active } = this;
    if (active === undefined) return;
    this.active = undefined;
    this.closed.push(active.name);
    await active.file.close();
  }

  /** Writes all that is pending, then all that became so meanwhile: requests share a disk write. */
  private async write(): Promise<void> {
    while (this.pending.length > 0) {
      const batch = this.pending.splice(0);
      const text = Buffer.from(batch.map(({ lines }) => lines).join(""));
      try {
        const active = (this.active ??= await this.begin());
        await active.file.appendFile(text);
        await active.file.datasync();
        active.bytes += text.length;
        if (active.bytes >= this.options.segmentBytes) {
          this.active = undefined;
          this.closed.push(active.name);
          await active.file.close();
        }
        for (const { count, resolve } of batch) {
          this.records += count;
          resolve();
        }
      } catch (error) {
        await this.cutTornEnd();
        this.bytes -= text.length;
        for (const { reject } of batch) reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
    // In the same turn as the last look at what is pending.
    this.writing = undefined;
  }

  /** Takes off what a failed write left, so that nothing is sent that was answered as not taken. */
  private async cutTornEnd(): Promise<void> {
    const { active } = this;
    if (active === undefined) return;
    this.active = undefined;
    this.closed.push(active.name);
    await active.file.truncate(active.bytes).catch(() => undefined);
    await active.file.close().catch(() => undefined);
  }

  private async begin(): Promise<{ readonly name: string; readonly file: FileHandle; bytes: number }> {
    const name = `${String(this.next).padStart(10, "0")}.spill`;
    this.next += 1;
    return { name, file: await open(join(this.options.folder, name), "ax", 0o600), bytes: 0 };
  }

  private doneOf(name: string): number {
    const file = join(this.options.folder, `${name}.at`);
    return existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  }

  private read(name: string): Segment {
    const lines = readFileSync(join(this.options.folder, name), "utf8").split("\n");
    // What follows the last line end was torn by a kill; no answer said that it was taken.
    lines.pop();
    const records: StreamRecord[] = [];
    const damaged: string[] = [];
    for (const line of lines.slice(this.doneOf(name))) {
      const record = recordOf(line);
      if (record === undefined) damaged.push(line);
      else records.push(record);
    }
    return { name, records, damaged };
  }
}

function lineOf({ partitionKey, data }: StreamRecord): string {
  const text = JSON.stringify([partitionKey, data.toString("utf8")]);
  return `${crc32(text).toString(16).padStart(8, "0")} ${text}\n`;
}

function recordOf(line: string): StreamRecord | undefined {
  const text = line.slice(9);
  if (parseInt(line.slice(0, 8), 16) !== crc32(text)) return undefined;
  const [partitionKey, data] = JSON.parse(text) as [string, string];
  return { partitionKey, data: Buffer.from(data) };
}
