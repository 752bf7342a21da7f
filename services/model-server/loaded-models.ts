import { stat } from "node:fs/promises";
import { join } from "node:path";
import { HttpError } from "../kit/http/server";
import {
  ITEM_FACTORS,
  loadModel,
  ModelPackageError,
  readManifest,
  type LoadedModel,
  type LoadOptions,
} from "../kit/model/package";
import { searchBytes } from "../kit/model/top-k";

export interface LoadedModelsOptions {
  /** Memory that all models together may take. */
  readonly memoryBytes: number;
  /**
   * What happens to a model that does not fit beside the others: it is refused, for SageMaker unloads some that are not used
   * and tries again; or those that were used least lately make room by themselves.
   * @default "refuse"
   */
  readonly whenFull?: "refuse" | "evict";
  readonly load?: LoadOptions;
}

/** A model as it is listed. */
export interface ListedModel {
  readonly modelName: string;
  readonly modelUrl: string;
}

interface Entry extends ListedModel {
  /** What is counted for it, from before it is loaded. */
  readonly bytes: number;
  readonly model: Promise<LoadedModel>;
  loaded: LoadedModel | undefined;
}

/** The models in a container's memory, by the names that their loader gives them. */
export class LoadedModels {
  /** Used least lately first. */
  private readonly entries = new Map<string, Entry>();
  /** Loads take turns: each must know what memory those before it have taken. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LoadedModelsOptions) {}

  /** Memory that is counted for all models. */
  get bytes(): number {
    return [...this.entries.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Loads a model from a folder.
   * @throws HttpError 409 when the name is taken, 507 when the memory does not hold it, 400 when it is no whole package.
   */
  load(name: string, folder: string): Promise<void> {
    const mine = this.turn.then(() => this.loadNow(name, folder));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /** The model of a name, which counts as used now. @throws HttpError 404 when it is not loaded. */
  use(name: string): LoadedModel {
    const entry = this.entries.get(name);
    if (entry?.loaded === undefined) throw new HttpError(404, `model ${name} is not loaded`);
    this.entries.delete(name);
    this.entries.set(name, entry);
    return entry.loaded;
  }

  /** The models that are loaded, by name. */
  list(): ListedModel[] {
    return [...this.entries.values()]
      .filter(({ loaded }) => loaded !== undefined)
      .map(({ modelName, modelUrl }) => ({ modelName, modelUrl }))
      .sort((a, b) => (a.modelName < b.modelName ? -1 : 1));
  }

  /** Forgets a model, when it is loaded. @throws HttpError 404 when there is none of that name. */
  async unload(name: string): Promise<void> {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new HttpError(404, `model ${name} is not loaded`);
    await entry.model.catch(() => undefined);
    if (this.entries.get(name) === entry) this.forget(entry);
  }

  private forget({ modelName, loaded }: Entry): void {
    loaded?.close();
    this.entries.delete(modelName);
  }

  private async loadNow(name: string, folder: string): Promise<void> {
    if (this.entries.has(name)) throw new HttpError(409, `model ${name} is loaded already`);
    const bytes = await neededBytes(folder, this.options.load).catch(refused);
    this.makeRoom(name, bytes);
    const model = loadModel(folder, this.options.load);
    const entry: Entry = { modelName: name, modelUrl: folder, bytes, model, loaded: undefined };
    this.entries.set(name, entry);
    try {
      entry.loaded = await model;
    } catch (error) {
      this.entries.delete(name);
      refused(error);
    }
  }

  private makeRoom(name: string, needed: number): void {
    const { memoryBytes, whenFull = "refuse" } = this.options;
    if (whenFull === "evict" && needed <= memoryBytes) {
      for (const entry of this.entries.values()) {
        if (this.bytes + needed <= memoryBytes) break;
        this.forget(entry);
      }
    }
    const { bytes } = this;
    if (bytes + needed > memoryBytes) {
      throw new HttpError(507, `model ${name} takes ${needed} bytes, of ${memoryBytes} others take ${bytes}`);
    }
  }
}

function refused(error: unknown): never {
  if (error instanceof ModelPackageError) throw new HttpError(400, error.message);
  // WebAssembly and typed arrays say so when they cannot be had.
  if (error instanceof RangeError) throw new HttpError(507, error.message);
  throw error;
}

/** Beside an id's own letters: its string, its place in a list and in a map. */
const ID_BYTES = 100;

/** Memory that a package will take, from its manifest and the sizes of its files. @throws ModelPackageError */
export async function neededBytes(folder: string, { graphFrom = Infinity }: LoadOptions = {}): Promise<number> {
  const { files, users, items, factors } = await readManifest(folder);
  const sizes = await Promise.all(
    Object.keys(files).map(async (name) => {
      const { size } = await stat(join(folder, name)).catch((error: unknown) => {
        throw new ModelPackageError(folder, `${name} cannot be read (${String(error)})`);
      });
      return name === ITEM_FACTORS ? searchBytes(items, factors, items >= graphFrom) : size;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0) + (users + items) * ID_BYTES;
}
