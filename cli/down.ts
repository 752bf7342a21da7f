import { paths } from "../local/toolchain";
import { stopEmulator } from "../local/emulator";
import { EXIT } from "./kit/exit";
import type { ExitCode } from "./kit/exit";
import { Output } from "./kit/output";

/** Stops what `up` started on this machine: the emulator, which saves its state first. */
export async function down(options: { readonly json?: boolean }): Promise<ExitCode> {
  const output = new Output(options.json === true);
  const stopped = await stopEmulator(paths());
  output.result({ stopped }, () => {
    output.line(stopped ? "stopped; state is kept in .meridian/" : "nothing was running");
  });
  return EXIT.ok;
}
