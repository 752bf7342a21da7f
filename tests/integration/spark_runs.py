"""Several runs of the ETL in one Spark session, which starts slowly. Reads a list of things to do from stdin:

    {"run": [arguments of etl.py]}      adds the exit code to the answer
    {"copy": [from, to]}                copies a folder into another
    {"differ": [[format, folder], [format, folder]]}    adds the number of rows that only one of both tables has

and prints the answers as one line of JSON, last.
"""

import json
import shutil
import sys

sys.path.insert(0, sys.argv[1])

import etl

spark = etl.session()
answers = []
for todo in json.load(sys.stdin):
    if "run" in todo:
        answers.append(etl.job(spark, etl.parse(todo["run"])))
    elif "copy" in todo:
        shutil.copytree(*todo["copy"], dirs_exist_ok=True)
    else:
        one, other = (spark.read.format(form).load(f"file://{folder}") for form, folder in todo["differ"])
        answers.append(one.exceptAll(other).count() + other.exceptAll(one).count())
spark.stop()
print(json.dumps(answers))
