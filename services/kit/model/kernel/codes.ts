import type { ItemMatrix } from "./item-matrix";

/** Numbers of a coded row are padded to a multiple of so many: what the kernel takes at once. */
const CODES = 16;
/** The largest code of a row. */
const MAX_CODE = 127;

/** The rows of a matrix in eight bits a number, which rule most items out of a search before their rows are read. */
export class Codes {
  private readonly queryAt: number;
  /** The largest code of a query: sixteen bits, or what a sum of 32 bits can take of so many products. */
  private readonly largest: number;
  /** Bytes from one coded row to the next. */
  readonly codeBytes: number;

  constructor(private readonly matrix: ItemMatrix) {
    const { items, width, stride } = matrix;
    const codeBytes = Codes.bytesOf(stride);
    this.codeBytes = codeBytes;
    const rows = Math.ceil(items / 4) * 4;
    this.largest = Math.min(2 ** 15 - 1, Math.floor((2 ** 31 - 1) / (MAX_CODE * width)));
    this.queryAt = matrix.reserve(codeBytes * 2);
    const [codes, steps, slacks] = [rows * codeBytes, rows * 4, rows * 4].map((bytes) => matrix.reserve(bytes));
    // Half a step of each number, and a little for the step's own rounding.
    const queryLoss = (0.51 * Math.sqrt(width)) / this.largest;
    matrix.kernel.encode(codes ?? 0, codeBytes, steps ?? 0, slacks ?? 0, queryLoss);
  }

  /** Bytes of a coded row of so many numbers. */
  static bytesOf(stride: number): number {
    return Math.ceil(stride / CODES) * CODES;
  }

  /** The kernel's `searchCodes` for the query that lies there; undefined for one that holds no numbers. */
  search(queryAt: number, k: number, scales: number): number | undefined {
    const query = this.encode(queryAt);
    if (query === undefined) return undefined;
    return this.matrix.kernel.searchCodes(queryAt, k, scales, query.at, query.step, query.length * (1 + 1e-6));
  }

  /** The query that lies there in sixteen bits. */
  encode(queryAt: number): { readonly at: number; readonly step: number; readonly length: number } | undefined {
    const { matrix, largest } = this;
    const query = matrix.floats(queryAt, matrix.width);
    let square = 0;
    let most = 0;
    for (const value of query) {
      square += value * value;
      most = Math.max(most, Math.abs(value));
    }
    const step = Math.fround(most / largest);
    if (!Number.isFinite(square) || step === 0) return undefined;
    const codes = new Int16Array(matrix.kernel.memory.buffer, this.queryAt, matrix.width);
    for (let f = 0; f < codes.length; f += 1) codes[f] = Math.round((query[f] ?? 0) / step);
    return { at: this.queryAt, step, length: Math.sqrt(square) };
  }
}
