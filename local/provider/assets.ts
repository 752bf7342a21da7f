import { readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { ProviderError } from "./failures";
import { asText, isArchive, isAsset, isProps, type Props, type Value } from "./values";

/** Bytes of an asset or, zipped, of an archive. */
export function bytesOf(asset: Value | undefined): Buffer {
  if (!isAsset(asset)) throw new ProviderError("want a file, text or archive asset");
  if (isArchive(asset)) return archiveBytes(asset);
  const text = asText(asset["text"]);
  if (text !== undefined) return Buffer.from(text, "utf8");
  return readFileSync(localPath(asset));
}

function archiveBytes(archive: Props): Buffer {
  const assets = archive["assets"];
  if (isProps(assets)) return zip(entriesOf(assets, ""));
  const file = localPath(archive);
  return statSync(file).isDirectory() ? zip(folderEntries(file, "")) : readFileSync(file);
}

function localPath(asset: Props): string {
  const file = asText(asset["path"]);
  if (file === undefined || file === "") throw new ProviderError("assets from a network address are not fetched");
  return path.resolve(file);
}

interface Entry {
  readonly name: string;
  readonly data: Buffer;
}

function entriesOf(assets: Props, folder: string): Entry[] {
  return Object.entries(assets).flatMap(([name, asset]) => {
    const inside = path.posix.join(folder, name);
    if (!isArchive(asset)) return [{ name: inside, data: bytesOf(asset) }];
    const nested = asset["assets"];
    return isProps(nested) ? entriesOf(nested, inside) : folderEntries(localPath(asset), inside);
  });
}

function folderEntries(folder: string, inside: string): Entry[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((item) => {
    const [file, name] = [path.join(folder, item.name), path.posix.join(inside, item.name)];
    return item.isDirectory() ? folderEntries(file, name) : [{ name, data: readFileSync(file) }];
  });
}

/** ZIP's fixed numbers. Source: PKWARE APPNOTE.TXT 4.3. */
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const VERSION_NEEDED = 20;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
/** 1980-01-01, the earliest date ZIP knows: the same files give the same bytes. */
const DATE = 0x0021;
/** Regular file, rw-r--r--, in the upper half of the external attributes. */
const MODE = 0o100644 << 16;

/** A ZIP archive, entries sorted by name. */
function zip(entries: readonly Entry[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, data } of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const packed = deflateRawSync(data);
    const label = Buffer.from(name, "utf8");
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(VERSION_NEEDED, 0);
    shared.writeUInt16LE(UTF8_NAMES, 2);
    shared.writeUInt16LE(DEFLATED, 4);
    shared.writeUInt16LE(DATE, 8);
    shared.writeUInt32LE(crc32(data), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(data.length, 18);
    shared.writeUInt16LE(label.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(MODE >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    const made = Buffer.from([VERSION_NEEDED, 3]);
    const record = [number(LOCAL_HEADER), shared, label, packed];
    central.push(number(CENTRAL_HEADER), made, shared, rest, label);
    local.push(...record);
    offset += record.reduce((sum, part) => sum + part.length, 0);
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, directory, number(END_OF_DIRECTORY), end]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
