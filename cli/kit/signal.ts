/**
 * A signal that fires on the first SIGINT or SIGTERM, so that the engine can end its operations and write its state; a
 * second one ends the process at once.
 */
export function stopOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      process.stderr.write("\nmeridian: ending the operations under way; once more to stop at once\n");
      controller.abort();
    });
  }
  return controller.signal;
}
