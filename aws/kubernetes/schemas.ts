import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** As much of JSON Schema as Kubernetes's published schemas use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly "x-kubernetes-group-version-kind"?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

/** The schemas are not there, or not for that version of Kubernetes. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

/** The schemas of one version of Kubernetes. */
export interface VersionSchemas {
  readonly version: string;
  /** By name, e.g. `io.k8s.api.apps.v1.Deployment`. */
  readonly definitions: Readonly<Record<string, Schema>>;
  /** By `<apiVersion>/<kind>`, e.g. `apps/v1/Deployment`. */
  readonly kinds: ReadonlyMap<string, Schema>;
}

/** Kubernetes's published schemas, from the package kubernetes-validate. Each version is read when first asked for, and kept. */
export class KubernetesSchemas {
  private readonly known = new Map<string, VersionSchemas>();

  /** @param folder the package's `kubernetes-json-schema` */
  constructor(private readonly folder: string) {}

  /**
   * The strict schemas of a version: they refuse fields that it does not know.
   * @param version of the cluster, e.g. `1.34`
   * @throws SchemaError when the package is not installed or lacks the version
   */
  version(version: string): VersionSchemas {
    const known = this.known.get(version);
    if (known !== undefined) return known;
    const file = join(this.folder, `v${version}.0-local-strict`, "_definitions.json");
    if (!existsSync(file)) throw new SchemaError(this.lacking(version));
    const { $defs } = JSON.parse(readFileSync(file, "utf8")) as { readonly $defs: Readonly<Record<string, Schema>> };
    const kinds = Object.values($defs).flatMap((schema) =>
      (schema["x-kubernetes-group-version-kind"] ?? []).map(
        ({ group, version: api, kind }) => [`${group === "" ? api : `${group}/${api}`}/${kind}`, schema] as const,
      ),
    );
    const schemas: VersionSchemas = { version, definitions: $defs, kinds: new Map(kinds) };
    this.known.set(version, schemas);
    return schemas;
  }

  private lacking(version: string): string {
    if (!existsSync(this.folder)) return `no schemas of Kubernetes in ${this.folder}: run \`make setup\``;
    const versions = readdirSync(this.folder).flatMap((name) => /^v(\d+\.\d+)\.0-local-strict$/.exec(name)?.[1] ?? []);
    return `no schemas of Kubernetes ${version}: want one of ${versions.sort().join(", ")}`;
  }
}

/** The schemas in a Python environment's folder; undefined when the package is not installed there. */
export function findKubernetesSchemas(environment: string): string | undefined {
  const lib = join(environment, "lib");
  if (!existsSync(lib)) return undefined;
  return readdirSync(lib)
    .map((python) => join(lib, python, "site-packages", "kubernetes_validate", "kubernetes-json-schema"))
    .find((folder) => existsSync(folder));
}
