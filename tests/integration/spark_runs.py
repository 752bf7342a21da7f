"""Several runs of the ETL in one Spark session, which starts slowly. Reads a list of things to do from stdin:

    {"run": [arguments of etl.py]}      adds the exit code to the answer
    {"copy": [from, to]}                copies a folder into another
    {"train": [silver, labels, sql, out]}   writes the training set of a file of labels as Parquet
    {"differ": [[format, folder], [format, folder]]}    adds the number of rows that only one of both tables has

and prints the answers as one line of JSON, last.
"""

import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])

import etl

spark = etl.session()
answers = []
for todo in json.load(sys.stdin):
    if "run" in todo:
        answers.append(etl.job(spark, etl.parse(todo["run"])))
    elif "copy" in todo:
        shutil.copytree(*todo["copy"], dirs_exist_ok=True)
    elif "train" in todo:
        silver, labels, query, out = todo["train"]
        spark.read.parquet(f"file://{labels}").createOrReplaceTempView("labels")
        spark.read.parquet(f"file://{silver}/sessions").createOrReplaceTempView("silver_sessions")
        spark.read.parquet(f"file://{silver}/events").createOrReplaceTempView("event_facts")
        spark.sql(Path(query).read_text()).coalesce(1).write.parquet(f"file://{out}")
    else:
        one, other = (spark.read.format(form).load(f"file://{folder}") for form, folder in todo["differ"])
        answers.append(one.exceptAll(other).count() + other.exceptAll(one).count())
spark.stop()
print(json.dumps(answers))
