/**
 * Patterns whose spelling JavaScript does not know, and what AWS means by them. Source: botocore 1.43.106, services
 * sagemaker, ssm and budgets; a test holds that there are no others among the services that are used.
 */
const MEANT: ReadonlyMap<string, string> = new Map([
  ["([\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]*)${1,128}", "[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]{1,128}"],
  ["([\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]*)${1,256}", "[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]{1,256}"],
  ["(?i)all|[0-9]{12}", "[aA][lL][lL]|[0-9]{12}"],
  [
    "^(?![^:\\\\]*/action/|(?i).*<script>.*</script>.*)[^:\\\\]+$",
    "(?![^:\\\\]*/action/|.*<[sS][cC][rR][iI][pP][tT]>)[^:\\\\]+",
  ],
]);

/**
 * Java's classes, outside and inside brackets, in the spelling of JavaScript's `u` patterns. Source: java.util.regex.Pattern,
 * "POSIX character classes (US-ASCII only)".
 */
const CLASSES: ReadonlyMap<string, readonly [alone: string, inBrackets: string]> = new Map([
  ["\\p{Alnum}", ["[0-9A-Za-z]", "0-9A-Za-z"]],
  ["\\p{Print}", ["[ -~]", " -~"]],
  ["\\p{XDigit}", ["[0-9A-Fa-f]", "0-9A-Fa-f"]],
]);

const compiled = new Map<string, RegExp | undefined>();

/** A model's pattern for a whole value, as AWS matches it; undefined when it cannot be written in JavaScript. */
export function patternOf(written: string): RegExp | undefined {
  if (compiled.has(written)) return compiled.get(written);
  const made = compile(spelt(MEANT.get(written) ?? written));
  compiled.set(written, made);
  return made;
}

function spelt(text: string): string {
  return text.replaceAll(/\\p\{\w+\}/g, (name, offset: number) => {
    const before = text.slice(0, offset);
    return CLASSES.get(name)?.[before.lastIndexOf("[") > before.lastIndexOf("]") ? 1 : 0] ?? name;
  });
}

function compile(text: string): RegExp | undefined {
  for (const flags of ["su", "s"]) {
    try {
      return new RegExp(`^(?:${text})$`, flags);
    } catch {
      // The next spelling may do: without `u`, escapes of ordinary characters are allowed.
    }
  }
  return undefined;
}
