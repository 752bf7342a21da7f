import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelManifest } from "../../services/kit/model/package";
import { train, TrainingError } from "../../services/trainer/train";
import { ensureSpark, sparkEnvironment, type Spark } from "../../local/toolchain";
import { PYTHON } from "./datapath-cloud";
import { writeGold } from "./training-gold";

/**
 * Iterations until neither engine moves any more: then both stand at one optimum, wherever they began. The
 * regularization is small, since MLlib scales it by each row's interactions and the other engine does not.
 */
const CONVERGED = { k: 20, factors: 12, iterations: 40, regularization: 0.01 } as const;

describe("training on Spark", function () {
  let folder = "";
  let gold = "";
  let spark: Spark;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "training-spark-"));
    gold = await writeGold(join(folder, "interactions.parquet"), { events: 200_000, users: 4000, items: 1000 });
    spark = await ensureSpark();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function evaluation(engine: "implicit" | "spark"): Promise<ModelManifest> {
    const result = await train({
      python: PYTHON,
      interactions: [gold],
      out: join(folder, engine),
      engine,
      parameters: CONVERGED,
      environment: { ...sparkEnvironment(spark), MERIDIAN_SPARK_SUBMIT: spark.python },
    });
    assert.equal(result.kind, "trained", JSON.stringify(result));
    return result.manifest;
  }

  it("agrees with the engine for one machine within 0.002 recall@20, and beats popularity and item-kNN too", async () => {
    const one = await evaluation("implicit");
    const many = await evaluation("spark");
    assert.deepEqual([one.algorithm, many.algorithm], ["implicit-als-cg", "spark-als"]);
    assert.deepEqual([many.users, many.items, many.factors], [one.users, one.items, one.factors]);
    const recalls = [one, many].map((manifest) => Number(manifest.evaluation["recall@20"]));
    assert.ok(Math.abs(recalls[0]! - recalls[1]!) <= 0.002, recalls.join(" and "));
    for (const { evaluation: scores } of [one, many]) {
      for (const baseline of ["popular", "item_knn"]) {
        assert.ok(Number(scores[`recall@20_over_${baseline}_low`]) > 0, baseline);
      }
    }
  });

  it("says what Spark said when its program fails", async () => {
    const failing = train({
      python: PYTHON,
      interactions: [gold],
      out: join(folder, "none"),
      engine: "spark",
      parameters: { factors: 4 },
      environment: { MERIDIAN_SPARK_SUBMIT: "sh -c 'echo no cluster >&2; exit 9'" },
    });
    await assert.rejects(
      failing,
      (error) => error instanceof TrainingError && /SparkError: .*ended with 9: no cluster/.test(error.message),
    );
  });
});
