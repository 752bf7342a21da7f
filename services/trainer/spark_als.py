"""The Spark side of training: implicit-feedback ALS by MLlib, Parquet in and out. Submitted by trainer/spark.py.

    spark-submit spark_als.py --folder s3://bucket/prefix --factors 64 --iterations 15 --regularization 0.01 --alpha 5
        --seed 7

Reads `ratings.parquet` (user, item, rating) in the folder and writes `users` and `items` (id, features) beside it.
"""

from __future__ import annotations

import argparse
from importlib import import_module

CHECKPOINT_ITERATIONS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description="Train by Spark MLlib.")
    parser.add_argument("--folder", required=True)
    for name in ("factors", "iterations", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    for name in ("regularization", "alpha"):
        parser.add_argument(f"--{name}", type=float, required=True)
    arguments = parser.parse_args()
    # Spark is no package of the environment that the types are checked in.
    spark = import_module("pyspark.sql").SparkSession.builder.appName("meridian-training").getOrCreate()
    # Each iteration builds on the one before: a lineage that is never cut overflows the stack of who serialises it.
    spark.sparkContext.setCheckpointDir(f"{arguments.folder}/checkpoints")
    # As many blocks as run at once: more would only pass more messages.
    blocks = max(2, spark.sparkContext.defaultParallelism)
    als = import_module("pyspark.ml.recommendation").ALS(
        rank=arguments.factors,
        maxIter=arguments.iterations,
        regParam=arguments.regularization,
        alpha=arguments.alpha,
        seed=arguments.seed,
        numUserBlocks=blocks,
        numItemBlocks=blocks,
        implicitPrefs=True,
        checkpointInterval=CHECKPOINT_ITERATIONS,
        userCol="user",
        itemCol="item",
        ratingCol="rating",
    )
    model = als.fit(spark.read.parquet(f"{arguments.folder}/ratings.parquet"))
    model.userFactors.write.mode("overwrite").parquet(f"{arguments.folder}/users")
    model.itemFactors.write.mode("overwrite").parquet(f"{arguments.folder}/items")
    spark.stop()


if __name__ == "__main__":
    main()
