#!/usr/bin/env python3
"""The same links from a real Spark: it brings records of one key together and pipes each partition through the binary.

    python3 benches/linkage/spark.py --bin target/release/junheng --left a.csv --right b.csv --settings s.toml --work DIR

1. `junheng link --save-model`, on one machine, learns the model and writes the links to be compared with.
2. Spark reads both registers, pipes each partition of rows through `link keys`, brings lines of one key together, and pipes each partition
   through `link score`. No partition knows of another.
3. `link settle` makes links of the scored pairs. They must be the links of step 1, byte for byte.

Where Java or PySpark is missing, that is said and nothing is compared (exit code 3).
"""

import argparse
import csv
import filecmp
import json
import pathlib
import shlex
import shutil
import subprocess
import sys
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("bin", "left", "right", "settings", "work"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--cores", type=int, default=2)
    words = parser.parse_args()
    if shutil.which("java") is None:
        skip("Java is not installed: Spark cannot run")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        skip("PySpark is not installed: pip install pyspark")
    words.work.mkdir(parents=True, exist_ok=True)
    binary, settings = words.bin.resolve(), words.settings.resolve()
    model, whole, scores, pieces = (words.work / name for name in ("model.toml", "whole.csv", "scores.tsv", "pieces.csv"))
    run = lambda *command: subprocess.run([str(binary), "link", *map(str, command), "--lang", "en"], check=True)
    registers = ("--left", words.left, "--right", words.right, "--settings", settings)
    run(*registers, "--out", whole, "--save-model", model)
    spark = SparkSession.builder.master(f"local[{words.cores}]").appName("junheng-link").config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    began = time.monotonic()
    lines = spark.sparkContext.parallelize(list(records(words.left, False)) + list(records(words.right, True)), words.partitions)
    command = lambda step, *more: shlex.join([str(binary), "link", step, "--settings", str(settings), *more])
    keyed = lines.pipe(command("keys"), checkCode=True).map(lambda line: tuple(line.split("\t", 1)))
    together = keyed.repartitionAndSortWithinPartitions(words.partitions).map(lambda pair: "\t".join(pair))
    scored = together.pipe(command("score", "--model", str(model.resolve())), checkCode=True).collect()
    seconds = time.monotonic() - began
    version = spark.version
    spark.stop()
    scores.write_text("".join(line + "\n" for line in scored), encoding="utf-8")
    run("settle", *registers, "--model", model, "--scores", scores, "--out", pieces)
    same = filecmp.cmp(whole, pieces, shallow=False)
    print(f"Spark {version}: {len(scored)} scored pairs from {words.partitions} partitions in {seconds:.1f} s; links are {'the same' if same else 'DIFFERENT'}")
    sys.exit(0 if same else 1)


def records(path, right):
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row, record in enumerate(csv.DictReader(file)):
            yield json.dumps({"right": right, "row": row, "record": record}, ensure_ascii=False)


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(3)


if __name__ == "__main__":
    main()
