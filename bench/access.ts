import { answersOf, identifiedGraph, placeOf, questionsOf, World } from "../fleet/check/access";
import { buildFleetGraph } from "../fleet/graph";
import { findTopology, loadTopology } from "../regions/topology/load";
import { median, report } from "./kit/figures";
import { sized, SMOKE } from "./kit/size";

/**
 * The judge of access over a whole fleet: questions answered a second, each round over a world of its own, so that documents
 * are compiled in it; and what the judge costs beside recording the fleet once. `bench/access.ts [rounds] [environment]`
 */
const ROUNDS = Number(process.argv[2] ?? sized(5, 1));
const ENVIRONMENT = process.argv[3] ?? (SMOKE ? "local" : "prod");

async function main(): Promise<void> {
  const topology = loadTopology(findTopology(ENVIRONMENT));
  const rates: number[] = [];
  const ratios: number[] = [];
  let asked = 0;
  for (let round = 0; round <= ROUNDS; round += 1) {
    const started = performance.now();
    await buildFleetGraph(topology);
    const recorded = performance.now();
    const world = new World(await identifiedGraph(topology), placeOf(topology));
    const questions = [...questionsOf(world)];
    const before = performance.now();
    const answers = [...answersOf(world, questions)];
    const ended = performance.now();
    // The first round warms caches and is not counted.
    if (round === 0) continue;
    asked = answers.length;
    rates.push(asked / ((ended - before) / 1000));
    ratios.push((ended - recorded) / (recorded - started));
  }
  report([
    {
      what: `questions of ${ENVIRONMENT} answered a second`,
      value: median(rates),
      unit: "/s",
      peer: `${asked} questions`,
      goal: { least: 20_000 },
      rounds: ROUNDS,
    },
    {
      what: `the judge of access with its own recording against recording ${ENVIRONMENT} once`,
      value: median(ratios),
      unit: "x",
      rounds: ROUNDS,
    },
  ]);
}

void main();
