import { table } from "../fleet/views/table";
import { Journal } from "../fleet/journal";
import { waves } from "../fleet/waves";
import { emulatorStatus } from "../local/emulator";
import { typeTable } from "../local/provider";
import { paths } from "../local/toolchain";
import { formatStackName } from "../regions/names";
import { command, environment, flag } from "./kit/command";
import { topologyOf } from "./kit/environment";
import { EXIT } from "./kit/exit";
import { Output } from "./kit/output";
import { join } from "node:path";

export default command({
  summary: "Show what runs, what was last done to each stack, and which parts of the local cloud are simulated",
  arguments: { environment },
  options: { types: flag("list every resource type with its mode") },
  async run({ environment: name, types: listTypes, json }) {
    const output = new Output(json);
    const topology = topologyOf(name);
    const own = paths();
    const emulator = await emulatorStatus(own);
    const latest = await new Journal(join(own.home, "journal.ndjson")).latest();
    const stacks = waves(topology)
      .flat()
      .map(formatStackName)
      .map((stack) => ({ stack, ...latest.get(stack) }));
    const types = typeTable();
    output.result({ environment: topology.environment, cloud: topology.cloud, emulator, stacks, types }, () => {
      if (topology.cloud === "local") output.line(`local cloud: emulator ${emulator.state} ${emulator.url ?? ""}`);
      const rows = stacks.map(({ stack, operation, outcome, at }) => [
        stack,
        operation ?? "never",
        outcome ?? "",
        at ?? "",
      ]);
      for (const line of table(["stack", "last", "outcome", "at"], rows)) output.line(line);
      const emulated = types.filter(({ mode }) => mode === "emulated");
      const validated = types.filter(({ mode }) => mode === "validated");
      output.line(
        `resource types of the local cloud: ${emulated.length} emulated (real AWS API calls to the emulator), ` +
          `${validated.length} validated (the request held to AWS's published model, the state simulated)`,
      );
      if (listTypes) {
        const listed = types.map(({ type, service, mode }) => [type, service, mode]);
        for (const line of table(["type", "service", "mode"], listed)) output.line(line);
      } else {
        output.line(
          "simulated beside these: Firehose's delivery, EMR, SageMaker, Redshift and the cache (local programs)",
        );
        output.line("list them with --types");
      }
    });
    return EXIT.ok;
  },
});
