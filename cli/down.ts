import { stopEmulator } from "../local/emulator";
import { paths, stopBackground } from "../local/toolchain";
import { command } from "./kit/command";
import { EXIT } from "./kit/exit";
import { Output } from "./kit/output";

/** The emulator saves its state before it stops. */
export default command({
  summary: "Stop what `up` started on this machine; its state is kept",
  async run({ json }) {
    const output = new Output(json);
    const own = paths();
    const stopped = await stopBackground(own);
    if (await stopEmulator(own)) stopped.push("emulator");
    output.result({ stopped }, () => {
      output.line(stopped.length > 0 ? `stopped: ${stopped.join(", ")}; state is kept` : "nothing was running");
    });
    return EXIT.ok;
  },
});
