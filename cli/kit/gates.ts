import { setTimeout } from "node:timers/promises";
import { lineOf } from "../../contracts/finding";
import { foundationOutputsSchema } from "../../contracts/outputs/foundation";
import type { EngineSettings } from "../../fleet/drive";
import { gatesOf, passGates } from "../../fleet/gates";
import type { Gate } from "../../fleet/gates";
import type { Finding } from "../../contracts/finding";
import { Failed } from "./exit";
import { fleetOutputs } from "../../fleet/outputs";
import type { StackName } from "../../regions/names";
import type { Topology } from "../../regions/topology/model";

/** Milliseconds between two looks at a closed gate. */
const LOOK_EVERY_MS = 15_000;

/**
 * Passes the gates of a fleet before each wave: at a terminal `up` waits at a closed one and goes on by itself; elsewhere,
 * or with `--no-wait`, it ends there with exit code 1, and the same command goes on later. A gate that cannot be asked, e.g.
 * without credentials, fails the command.
 */
export function gateKeeper(
  topology: Topology,
  settings: EngineSettings,
  { waits, signal }: { readonly waits: boolean; readonly signal?: AbortSignal },
): (wave: readonly StackName[]) => Promise<boolean> {
  const foundation = async () => {
    const found = (await fleetOutputs(topology, settings))[`${topology.environment}.foundation`];
    return found === undefined ? undefined : foundationOutputsSchema.parse(found);
  };
  const gates = gatesOf(topology, foundation);
  const wait = async (): Promise<void> => {
    // An interrupt ends the pause; the caller looks at the signal.
    await setTimeout(LOOK_EVERY_MS, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  };
  return async (wave) => {
    try {
      return await passGates(gates, wave, { show: showGate, signal, ...(waits ? { wait } : {}) });
    } catch (error) {
      throw new Failed(`a gate cannot be asked: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
}

/** What must be done, by whom and why; or that it is done. */
export function gateLines(gate: Gate, findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return [`gate ${gate.id}: open`];
  return [
    `gate ${gate.id}: want ${gate.title}`,
    ...findings.map((found) => `  ${lineOf(found)}`),
    `  who: ${gate.who}`,
    `  without it: ${gate.why} (${gate.source})`,
  ];
}

function showGate(gate: Gate, findings: readonly Finding[]): void {
  for (const line of gateLines(gate, findings)) process.stderr.write(`${line}\n`);
}
