import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { ServiceModel } from "./model";

/** The models are not there, or have no such service or operation. */
export class ModelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ModelError";
  }
}

/** AWS's published service models, from botocore's data. Each is read when it is first asked for, and kept. */
export class Models {
  private readonly known = new Map<string, ServiceModel>();

  /** @param folder botocore's `data`: a folder for each service, in it one for each API version. */
  constructor(private readonly folder: string) {}

  /**
   * A service's model of the newest API version.
   * @throws ModelError when botocore is not installed or has no such service.
   */
  service(name: string): ServiceModel {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const folder = join(this.folder, name);
    const versions = existsSync(folder) ? readdirSync(folder).filter((entry) => /^\d{4}-\d{2}-\d{2}$/.test(entry)) : [];
    const version = versions
      .filter((one) => existsSync(join(folder, one, FILE)))
      .sort()
      .at(-1);
    if (version === undefined) {
      const hint = existsSync(this.folder) ? "" : ": run `make setup`";
      throw new ModelError(`no model of AWS service ${name} in ${this.folder}${hint}`);
    }
    const { metadata, operations, shapes } = JSON.parse(
      gunzipSync(readFileSync(join(folder, version, FILE))).toString("utf8"),
    ) as Pick<ServiceModel, "operations" | "shapes"> & { readonly metadata: { readonly uid?: string } };
    const uid = metadata.uid ?? `${name}-${version}`;
    const model: ServiceModel = { service: name, version, uid, operations, shapes };
    this.known.set(name, model);
    return model;
  }
}

const FILE = "service-2.json.gz";

/** botocore's data in a Python environment's folder; undefined when it is not installed there. */
export function findModels(environment: string): string | undefined {
  const lib = join(environment, "lib");
  if (!existsSync(lib)) return undefined;
  return readdirSync(lib)
    .map((python) => join(lib, python, "site-packages", "botocore", "data"))
    .find((folder) => existsSync(folder));
}
