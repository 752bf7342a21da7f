"""Our own ETL on Spark, without its start: `spark_etl.py PROGRAMS [arguments of etl.py]`; prints what it took."""

import json
import sys
import time

sys.path.insert(0, sys.argv[1])

import etl

spark = etl.session()
started = time.perf_counter()
code = etl.job(spark, etl.parse(sys.argv[2:]))
seconds = time.perf_counter() - started
spark.stop()
print(json.dumps({"seconds": seconds}))
sys.exit(code)
