/**
 * A function of a path that works once for each path and remembers its answer: sources do not change while a process
 * runs, and the programs of a dozen regions ship the same ones.
 */
export function oncePerProcess<T>(make: (path: string) => T): (path: string) => T {
  const made = new Map<string, T>();
  return (path) => {
    if (!made.has(path)) made.set(path, make(path));
    return made.get(path) as T;
  };
}
