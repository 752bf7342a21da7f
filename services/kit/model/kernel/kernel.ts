import { KERNEL_WASM } from "./kernel-wasm";

/** What the AssemblyScript sources export; addresses and sizes in bytes unless said otherwise there; a count of items or levels is a number. */
export interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  setRows(at: number, count: number, stride: number): void;
  setBest(scoresAt: number, itemsAt: number): void;
  setMask(at: number): void;
  setBloom(at: number, bits: number, hashes: number, salt: number): void;
  search(query: number, k: number, scales: number): number;
  searchAmong(query: number, k: number, scales: number, list: number, listed: number): number;
  countOut(list: number, listed: number): number;
  encode(codesAt: number, codeBytes: number, stepsAt: number, slacksAt: number, queryLoss: number): void;
  searchCodes(query: number, k: number, scales: number, query16: number, queryStep: number, length: number): number;
  invertLengths(out: number): void;
  setGraph(levels: number, base: number, upper: number, starts: number, m: number): void;
  setWalk(met: number, scores: number, items: number, room: number): void;
  setEntry(item: number, level: number): void;
  entryOf(): number;
  topOf(): number;
  insert(from: number, to: number, ef: number): void;
  walkTo(query16: number, queryStep: number, ef: number, out: number): number;
}

/** The part of Node's WebAssembly that is used here: its types come with those of browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

let compiled: object | undefined;

/** A kernel with a memory of its own. */
export function createKernel(): Kernel {
  compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_WASM, "base64"));
  return new WebAssembly.Instance(compiled).exports as Kernel;
}
