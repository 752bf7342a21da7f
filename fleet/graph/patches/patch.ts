/** A replacement of another package's internals, which changes how long a command takes and nothing else. */
export interface Patch {
  /** Name of its file. */
  readonly name: string;
  readonly packageName: string;
  /** Versions of the package whose internals it was written against and compared with. */
  readonly versions: readonly string[];
}

const warned = new Set<string>();

/** The environment variable that turns a patch off when it is `off`, e.g. `MERIDIAN_PATCH_LAZY_PROPERTIES`. */
export function switchOf({ name }: Patch): string {
  return `MERIDIAN_PATCH_${name.toUpperCase().replaceAll("-", "_")}`;
}

/**
 * Whether a patch applies: its switch is not `off`, and the installed version is one that it was written against. For
 * another version it says so on standard error, once.
 */
export function isOn(
  patch: Patch,
  installed: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  warn: (line: string) => void = console.error,
): boolean {
  if (environment[switchOf(patch)] === "off") return false;
  if (patch.versions.includes(installed)) return true;
  const line = `patch ${patch.name} is off: want ${patch.packageName} ${patch.versions.join(" or ")}, got ${installed}`;
  if (!warned.has(line)) warn(line);
  warned.add(line);
  return false;
}
