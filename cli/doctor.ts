import { examine } from "../local/toolchain/doctor";
import { paths } from "../local/toolchain";
import { catalogueAge } from "../regions/catalogue";
import { command } from "./kit/command";
import { EXIT } from "./kit/exit";
import { Output } from "./kit/output";

export default command({
  summary: "Show what was found on this machine, and what to do about what was not",
  async run({ json }) {
    const output = new Output(json);
    const tools = await examine(paths(), catalogueAge());
    const healthy = tools.every(({ state }) => state !== "missing");
    output.result({ healthy, tools }, () => {
      const width = Math.max(...tools.map(({ tool }) => tool.length));
      for (const { tool, state, version, from, advice } of tools) {
        const mark = { ok: "ok      ", missing: "MISSING ", optional: "-       " }[state];
        const found = [version, from].filter((word) => word !== "").join("  ");
        output.line(`${mark} ${tool.padEnd(width)}  ${found}${advice === "" ? "" : `  -> ${advice}`}`);
      }
      output.line(
        healthy ? "everything that is needed is there" : "something is missing: see the lines marked MISSING",
      );
    });
    return healthy ? EXIT.ok : EXIT.failed;
  },
});
