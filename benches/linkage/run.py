#!/usr/bin/env python3
"""Measures junheng link beside Splink on made-up registers (and FEBRL sets that are given): see README.md."""

import argparse
import csv
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="the release binary")
    parser.add_argument("--registers", type=pathlib.Path, required=True, help="the release example of crates/linkage")
    parser.add_argument("--records", default="20000,200000")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--model", default="zh", choices=["zh", "docs", "none"])
    parser.add_argument("--febrl4", nargs=2, type=pathlib.Path, default=None)
    parser.add_argument("--febrl3", type=pathlib.Path, default=None)
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/bench/linkage")
    parser.add_argument("--python", type=pathlib.Path, help="a Python that has the peers already")
    words = parser.parse_args()
    words.work.mkdir(parents=True, exist_ok=True)
    python = words.python or environment(words)
    lines = []
    for records in words.records.split(","):
        folder = words.work / f"registers-{records}-{words.seed}"
        if not (folder / "truth.csv").exists():
            subprocess.run([words.registers, folder, records, words.seed], check=True)
        truth = {(row["a"], row["b"]) for row in csv.DictReader(open(folder / "truth.csv", encoding="utf-8"))}
        for round_ in range(words.repeats):
            lines.append(ours(words, f"{records} × {records}", [folder / "a.csv", folder / "b.csv"], lambda a, b: (a, b) in truth, len(truth)))
            if words.model != "none":
                lines.append(theirs(words, python, folder, f"{records} × {records}", truth))
            print(json.dumps(lines[-2:] if words.model != "none" else lines[-1:], ensure_ascii=False), flush=True)
    person = lambda word: word.split("-")[1]
    same = lambda a, b: person(a) == person(b)
    if words.febrl4:
        lines.append(ours(words, "FEBRL4", words.febrl4, same, 5000))
    if words.febrl3:
        lines.append(ours(words, "FEBRL3, within", [words.febrl3], same, 6538))
    print(f"load {os.getloadavg()}")
    for line in lines:
        print("| " + " | ".join(str(line[key]) for key in ("what", "who", "cpu", "wall", "memory_mb", "f1", "precision", "recall", "best", "load")) + " |")


def environment(words):
    wanted = hashlib.sha256((HERE / "requirements.txt").read_bytes()).hexdigest()[:12]
    folder = ROOT / "target/bench" / f"linkage-peers-{wanted}"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"], check=True)
        (folder / "complete").touch()
    return folder / "bin/python"


def measured(command):
    """Wall and CPU seconds and peak memory of one process, as the kernel counts them."""
    load, start = os.getloadavg()[0], time.monotonic()
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{command[0]} failed")
    return {"cpu": round(usage.ru_utime + usage.ru_stime, 2), "wall": round(time.monotonic() - start, 2), "memory_mb": usage.ru_maxrss // 1024, "load": round(load, 1)}


def ours(words, what, files, same, n_true):
    settings, out = words.work / "settings.toml", words.work / "links.csv"
    settings.unlink(missing_ok=True)
    subprocess.run([words.bin, "link", "init", *files, "--out", settings], check=True, stdout=subprocess.DEVNULL)
    registers = ["--left", files[0], "--right", files[1]] if len(files) == 2 else ["--dedupe", files[0]]
    cost = measured([words.bin, "link", *registers, "--settings", settings, "--out", out, "--lang", "en"])
    rows = [row for row in csv.reader(open(out, encoding="utf-8-sig"))][1:]
    links = [(row[0], row[1]) for row in rows if row[4] in ("link", "said-same")]
    scores = score(sum(same(a, b) for a, b in links), len(links), n_true)
    return {"what": what, "who": "junheng", **cost, **scores, "best": ""}


def theirs(words, python, folder, what, truth):
    script = HERE / "splink_zh.py"
    for side in "ab":
        if not (folder / f"{side}.parquet").exists():
            subprocess.run([python, script, "prepare", folder / f"{side}.csv", folder / f"{side}.parquet"], check=True)
    out = words.work / "splink.csv"
    cost = measured([python, script, "link", folder / "a.parquet", folder / "b.parquet", out, words.model])
    taken_a, taken_b, right, n, best, at95 = set(), set(), 0, 0, 0.0, (0, 0)
    for a, b, probability, _ in list(csv.reader(open(out, encoding="utf-8")))[1:]:
        if a in taken_a or b in taken_b:
            continue
        taken_a.add(a), taken_b.add(b)
        right, n = right + ((a, b) in truth), n + 1
        best = max(best, 2 * right / (n + len(truth)))
        if float(probability) >= 0.95:
            at95 = (right, n)
    return {"what": what, "who": f"splink 5 ({words.model})", **cost, **score(*at95, len(truth)), "best": round(best, 5)}


def score(right, n, n_true):
    return {"precision": round(right / max(n, 1), 5), "recall": round(right / n_true, 5), "f1": round(2 * right / max(n + n_true, 1), 5)}


if __name__ == "__main__":
    main()
