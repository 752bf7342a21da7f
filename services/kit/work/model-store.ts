import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { downloadPrefix, putIfChanged } from "../s3-objects";
import { readManifest } from "../model/package";
import { PermanentError } from "./job";
import { verifyPackage } from "../model/verify-package";

/** Written last and read first: a package without it is torn. */
const MANIFEST = "manifest.json";

/** Files above this are streamed rather than held in memory, bytes. */
const STREAMED_BYTES = 64 * 1024 ** 2;

/** Model packages in S3 under `models/<version>/`, and those of them that this machine has fetched. */
export class ModelStore {
  constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    /** Folder for packages in use; survives the process, so that a restart fetches nothing again. */
    private readonly folder: string,
  ) {}

  /**
   * A verified package on disk. Several processes may ask at once: each fetches aside, and the first to be complete is
   * kept.
   * @throws PermanentError when there is no such version.
   */
  async fetch(version: string): Promise<string> {
    const kept = join(this.folder, version);
    if (await isPackage(kept)) return kept;
    await mkdir(this.folder, { recursive: true });
    const aside = await mkdtemp(join(this.folder, ".fetch-"));
    try {
      const { objects } = await downloadPrefix(this.s3, { bucket: this.bucket, prefix: `models/${version}/` }, aside);
      if (objects === 0) throw new PermanentError("Worker.NoModel", `no model ${version} in ${this.bucket}`);
      await verifyPackage(aside);
      await rename(aside, kept).catch(async (error: unknown) => {
        if (!(await isPackage(kept))) throw error;
      });
      return kept;
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }

  /** A version's manifest as it was written; `undefined` when there is none. */
  async manifest(version: string): Promise<string | undefined> {
    const from = { Bucket: this.bucket, Key: `models/${version}/${MANIFEST}` };
    try {
      return await (await this.s3.send(new GetObjectCommand(from))).Body?.transformToString();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  /** Uploads a package, its manifest last. Files that are there already, with equal content, are left alone. */
  async publish(folder: string): Promise<string> {
    const { version, files } = await readManifest(folder);
    const prefix = `models/${version}/`;
    const names = (await readdir(folder)).filter((name) => name !== MANIFEST).sort();
    for (const name of names) await this.put(join(folder, name), prefix + name, files[name]);
    await this.put(join(folder, MANIFEST), prefix + MANIFEST);
    return version;
  }

  private async put(path: string, Key: string, sha256?: string): Promise<void> {
    const { size } = await stat(path);
    if (size <= STREAMED_BYTES || sha256 === undefined) {
      await putIfChanged(this.s3, this.bucket, Key, await readFile(path));
      return;
    }
    const to = { Bucket: this.bucket, Key };
    const stored = await this.s3.send(new HeadObjectCommand(to)).catch((error: unknown) => {
      if (error instanceof NotFound) return undefined;
      throw error;
    });
    if (stored?.Metadata?.["sha256"] === sha256) return;
    const Body = createReadStream(path);
    await this.s3.send(new PutObjectCommand({ ...to, Body, ContentLength: size, Metadata: { sha256 } }));
  }
}

async function isPackage(folder: string): Promise<boolean> {
  return (await stat(join(folder, MANIFEST)).catch(() => undefined)) !== undefined;
}
