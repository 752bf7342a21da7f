import { createKernel, type Kernel } from "./kernel";

/** Numbers of a row are padded to a multiple of so many, rows to a multiple of `ROWS`: what the kernel takes at once. */
const NUMBERS = 8;
const ROWS = 4;
const FLOAT_BYTES = 4;
/** Regions start at cache lines. */
const LINE_BYTES = 64;
const PAGE_BYTES = 65_536;

/**
 * The factors of all items, kept once: in the memory of the kernel that searches them. More regions can be had in the same
 * memory; a view of it (`floats`, `integers`) is good until the next is.
 */
export class ItemMatrix {
  readonly kernel: Kernel = createKernel();
  /** Numbers of a row with its padding. */
  readonly stride: number;
  private readonly at: number;
  private end = LINE_BYTES;

  /** @throws RangeError when the memory of WebAssembly, 4 GiB, cannot hold so much. */
  constructor(
    readonly items: number,
    readonly width: number,
  ) {
    this.stride = ItemMatrix.strideOf(width);
    this.at = this.reserve(Math.ceil(items / ROWS) * ROWS * this.stride * FLOAT_BYTES);
    this.kernel.setRows(this.at, items, this.stride * FLOAT_BYTES);
  }

  /** Numbers of a row of so many with its padding. */
  static strideOf(width: number): number {
    return Math.ceil(width / NUMBERS) * NUMBERS;
  }

  /** A copy of row-major factors. @throws RangeError when they are not a whole number of rows. */
  static of(factors: Float32Array, width: number): ItemMatrix {
    if (width < 1 || factors.length % width !== 0) {
      throw new RangeError(`want rows of ${width} factors, got ${factors.length} numbers`);
    }
    const matrix = new ItemMatrix(factors.length / width, width);
    matrix.fill(0, new Uint8Array(factors.buffer, factors.byteOffset, factors.byteLength));
    return matrix;
  }

  /** Bytes that the matrix and all regions take. */
  get bytes(): number {
    return this.kernel.memory.buffer.byteLength;
  }

  /** Puts a piece of the row-major factors, as they lie in a file, at its place. */
  fill(start: number, piece: Uint8Array): void {
    const rowBytes = this.width * FLOAT_BYTES;
    const memory = new Uint8Array(this.kernel.memory.buffer, this.at, this.items * this.stride * FLOAT_BYTES);
    if (this.width === this.stride) {
      memory.set(piece, start);
      return;
    }
    for (let from = 0; from < piece.length;) {
      const within = (start + from) % rowBytes;
      const row = (start + from - within) / rowBytes;
      const part = piece.subarray(from, from + rowBytes - within);
      memory.set(part, row * this.stride * FLOAT_BYTES + within);
      from += part.length;
    }
  }

  /** The factors of one item, without padding. */
  row(item: number): Float32Array {
    return this.floats(this.at + item * this.stride * FLOAT_BYTES, this.width);
  }

  /** Address of a new region of zeros. @throws RangeError when the memory cannot grow so far. */
  reserve(bytes: number): number {
    const at = this.end;
    this.end = Math.ceil((at + bytes) / LINE_BYTES) * LINE_BYTES;
    const missing = Math.ceil((this.end - this.kernel.memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) this.kernel.memory.grow(missing);
    return at;
  }

  floats(at: number, length: number): Float32Array {
    return new Float32Array(this.kernel.memory.buffer, at, length);
  }

  integers(at: number, length: number): Uint32Array {
    return new Uint32Array(this.kernel.memory.buffer, at, length);
  }
}
