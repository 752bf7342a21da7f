/** One word of a POSIX shell, whatever it holds: quoted unless it needs none. */
export function shellQuote(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * The lines that set some variables in a POSIX shell and remove others: `eval "$(meridian env local)"`.
 * @throws Error when a name is no variable name.
 */
export function shellExports(environment: Readonly<Record<string, string>>, unset: readonly string[] = []): string {
  const names = [...Object.keys(environment), ...unset];
  const wrong = names.filter((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (wrong.length > 0) {
    throw new Error(`want names of shell variables, got ${wrong.map((name) => JSON.stringify(name)).join(", ")}`);
  }
  return [
    ...unset.map((name) => `unset ${name}`),
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${shellQuote(value)}`),
    "",
  ].join("\n");
}
