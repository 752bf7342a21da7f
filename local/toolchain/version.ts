/** A version: major, minor, patch. */
export type Version = readonly [number, number, number];

/** The engine that is built or downloaded: the same version as the npm package @pulumi/pulumi, and the newest whose module the Go proxy serves whole. */
export const ENGINE_VERSION = "3.250.0";

/** The rule for an engine found on PATH: at least the version of our SDK (an older engine may lack what it asks for), and no new major. */
export const ENGINE_RULE = { least: [3, 250, 0], below: [4, 0, 0], words: ">= 3.250.0 and < 4" } as const;

/** Reads `v3.250.0`, `3.250.0-alpha.1+g1234`, `go1.26.8`, `Python 3.11.7`: the first three numbers. A missing patch is 0. */
export function parseVersion(text: string): Version | undefined {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
}

/** Negative when `a` is before `b`, 0 when equal, positive when after. */
export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** Whether an engine of this version may be used. A pre-release counts as before its release. */
export function isCompatibleEngine(text: string): boolean {
  const version = parseVersion(text);
  if (version === undefined) {
    return false;
  }
  const least = compareVersions(version, ENGINE_RULE.least);
  const preRelease = /\d+\.\d+\.\d+-/.test(text);
  return (preRelease ? least > 0 : least >= 0) && compareVersions(version, ENGINE_RULE.below) < 0;
}
