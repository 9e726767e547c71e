#!/usr/bin/env python3
"""Measures Junheng beside its peers, as PROTOCOL.md says: python3 benches/run.py import|county|province --bin target/release/junheng

Needs Python 3.11 and nothing else; the peers get an environment of their own under target/bench.
"""

import argparse
import csv
import datetime
import hashlib
import json
import os
import pathlib
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
PEERS = HERE / "peers"
PACK = "cn/2017-quality-balance"
COUNTY = "539001"
SIZES = {"county": (1, 80, 46_000), "province": (129, 78, 46_512)}
# Of what the inputs are made: they are written anew when it changes, not with every build.
DATA_SOURCES = ["crates/sample/Cargo.toml", "crates/sample/src", "crates/app/src/make_sample.rs"]
# And of what their snapshots are, besides.
HOME_SOURCES = ["crates/facts/src", "crates/import/src", "crates/snapshot/src", "crates/app/src/route.rs", "forms"]


def main():
    words = arguments()
    words.work.mkdir(parents=True, exist_ok=True)
    words.data_version = version_of(DATA_SOURCES)
    words.home_version = version_of(DATA_SOURCES + HOME_SOURCES)
    python = environment(words)
    before = machine(words, python)
    tables = {"import": measure_import, "county": measure_evaluate, "province": measure_evaluate}[words.what](words, python)
    record = {
        "what": words.what,
        "taken": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": " ".join(["python3", "benches/run.py", *sys.argv[1:]]).replace(str(ROOT) + "/", ""),
        "machine": before,
        "load_after": os.getloadavg(),
        "steal_ticks": steal() - before["steal_ticks"],
        "tables": tables,
    }
    keep(words, record)
    # A figure whose result is wrong is no figure.
    disagreeing = [f"{table['title']}: {table['agreement']}" for table in tables if not table["agrees"]]
    if disagreeing:
        raise SystemExit("the contestants do not agree: " + "; ".join(disagreeing))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["import", "county", "province"])
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="the release binary")
    parser.add_argument("--repeats", type=int, default=5, help="counted rounds, after one that warms up (default 5)")
    parser.add_argument("--rows", type=int, default=200_000, help="rows of the roll (import)")
    parser.add_argument("--peers", default="all", help="all, none, or names separated by commas")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/bench", help="inputs, homes and the environment")
    parser.add_argument("--results", type=pathlib.Path, default=HERE / "results")
    parser.add_argument("--python", type=pathlib.Path, help="a Python that has the peers already (default: made under --work)")
    words = parser.parse_args()
    words.bin, words.work = words.bin.resolve(), words.work.resolve()
    if not words.bin.exists():
        raise SystemExit(f"{words.bin} is not there: cargo build --release -p junheng")
    return words


def environment(words):
    """A throw-away environment with the versions of peers/requirements.txt."""
    if words.python or words.peers == "none":
        return words.python
    wanted = hashlib.sha256((PEERS / "requirements.txt").read_bytes()).hexdigest()[:12]
    folder = words.work / f"peers-{wanted}"
    python = folder / "bin/python"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", PEERS / "requirements.txt"], check=True)
        (folder / "complete").touch()
    return python


# Import of a roll.


def measure_import(words, python):
    folder = data(words, "roll", counties=1, schools=80, pupils=words.rows, rolls=True)
    roll = find(folder, "学籍号")
    book = folder / "roll.xlsx"
    if not book.exists():
        as_workbook(python or sys.executable, roll, book)
    # As a spreadsheet program in China saves it; beside the folder, whose own files are UTF-8.
    chinese = folder.with_name(f"{folder.name}.gb18030.csv")
    if not chinese.exists():
        chinese.write_bytes(roll.read_bytes().decode("utf-8-sig").encode("gb18030"))
    tables = []
    inputs = ((book, "xlsx", ("openpyxl", "fastexcel")), (roll, "csv", ("csv", "csv")), (chinese, "GB18030 csv", ("csv", "csv")))
    for path, kind, readers in inputs:
        contestants = [junheng_import(words, path)]
        for library, reader in zip(("pandas", "polars"), readers):
            for store in ("parquet", "sqlite"):
                contestants.append(peer(words, python, f"import_{library}", f"{library} + {reader} → {store}", [path], store))
        title = f"import of a roll of {words.rows:,} rows from {kind} ({path.stat().st_size / 1e6:.0f} MB)"
        tables.append(race(words, title, contestants, same_roll))
    return tables


def junheng_import(words, path):
    home = words.work / "home-import"
    command = [words.bin, "import", "--home", home, "--county", COUNTY, "--format", "json", path]

    def answer(stdout):
        said = json.loads(stdout.read_text(encoding="utf-8"))
        store = next(home.glob("snapshots/*/*.sqlite"), None)
        if store is None:
            raise SystemExit(f"junheng import made no snapshot: {json.dumps(said, ensure_ascii=False)[:2000]}")
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as facts:
            groups = facts.execute("SELECT school, stage, grade, count(*) FROM students GROUP BY 1, 2, 3").fetchall()
        sys.path.insert(0, str(PEERS))
        from roll import digest

        return {"rows": sum(group[3] for group in groups), "groups": digest(groups)}

    return {"name": "junheng", "command": command, "fine": (0,), "prepare": lambda: shutil.rmtree(home, ignore_errors=True), "answer": answer}


def same_roll(ours, theirs):
    for key in ("rows", "groups"):
        if ours[key] != theirs[key]:
            return f"{key}: {ours[key]} and {theirs[key]}"
    faults = {key: n for key, n in theirs.items() if key not in ("rows", "groups") and n}
    return f"faults that junheng let pass: {faults}" if faults else None


# Evaluation of a county, or of a province's counties.


def measure_evaluate(words, python):
    counties, schools, pupils = SIZES[words.what]
    folder = data(words, words.what, counties, schools, pupils, rolls=False)
    figures = find_all(folder, "项目")
    home = words.work / f"home-{words.what}-{words.home_version}"
    if not (home / "complete").exists():
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([words.bin, "import", "--home", home, *figures], check=True, stdout=subprocess.DEVNULL)
        (home / "complete").touch()
    parquet = words.work / f"parquet-{words.what}-{words.home_version}"
    if words.peers != "none" and len(list(parquet.glob("*.parquet"))) != counties:
        subprocess.run([python, PEERS / "prepare_figures.py", ROOT / "forms/items", parquet, *figures], check=True)
    tables = sorted(parquet.glob("*.parquet"))
    contestants = [junheng_evaluate(words, home)]
    for library in ("duckdb", "pandas"):
        contestants.append(peer(words, python, f"evaluate_{library}", f"{library}, hand-written", tables))
    title = f"evaluation of {counties} county snapshot{'s' if counties > 1 else ''}, {counties * schools:,} schools, {counties * pupils:,} pupils"
    return [race(words, title, contestants, same_outcomes)]


def junheng_evaluate(words, home):
    command = [words.bin, "evaluate", "--home", home, "--pack", PACK, "--all", "--format", "json"]
    return {"name": "junheng", "command": command, "fine": (0, 1), "prepare": lambda: None, "answer": lambda stdout: outcomes(json.loads(stdout.read_text(encoding="utf-8")))}


def outcomes(said):
    """What junheng said, in the shape of the peers' answers: school → stage → values, and the coefficients of each county."""
    schools, cvs = {}, []
    for outcome in said["outcomes"]:
        cvs.append({(spread["stage"], spread["indicator"]): spread["cv"] for spread in outcome["spreads"]})
        for school in outcome["schools"]:
            for stage in school["stages"]:
                values = {figure["indicator"]: figure["value"] for figure in stage["figures"]}
                if any(value is not None for value in values.values()):
                    schools[school["code"], stage["stage"]] = values
    return {"schools": schools, "cvs": cvs}


def same_outcomes(ours, theirs):
    sys.path.insert(0, str(PEERS))
    from standard import INDICATORS

    found = {}
    for county in theirs.values():
        for school, stages in county["schools"].items():
            for stage, unit in stages.items():
                found[school, stage] = dict(zip(INDICATORS, unit["values"]))
    if found.keys() != ours["schools"].keys():
        return f"{len(ours['schools'])} and {len(found)} schools and stages; {sorted(found.keys() ^ ours['schools'].keys())[:5]} are in one only"
    for place, values in found.items():
        for name, value in values.items():
            if not near(ours["schools"][place].get(name), value):
                return f"{place} {name}: {ours['schools'][place].get(name)} and {value}"
    flat = [{(stage, name): cv for stage, named in county["cv"].items() for name, cv in named.items()} for county in theirs.values()]
    for mine, their in zip(sorted(ours["cvs"], key=by_cv), sorted(flat, key=by_cv)):
        for key, cv in their.items():
            if not near(mine.get(key), cv):
                return f"{key}: coefficients {mine.get(key)} and {cv}"
    return None


def by_cv(county):
    """Counties are told apart by what they are compared by: peers do not know their codes."""
    return round(county.get(("primary", "equipment_per_pupil")) or 0.0, 9)


def near(one, other):
    return one is not None and abs(one - other) <= 1e-9 * max(1.0, abs(other))


# The race.


def peer(words, python, script, name, files, store=None):
    if words.peers != "all" and not any(part in name for part in words.peers.split(",")):
        return None
    out = words.work / f"{script}.json"
    command = [python, PEERS / f"{script}.py", *files, "--out", out]
    kept = words.work / f"{script}.{store}"
    if store:
        command += ["--store", kept]

    def prepare():
        for path in (out, kept):
            path.unlink(missing_ok=True)

    def answer(_):
        return json.loads(out.read_text(encoding="utf-8"))["result"]

    def clock():
        return json.loads(pathlib.Path(f"{out}.clock").read_text(encoding="utf-8"))["inside"]

    return {"name": name, "command": command, "fine": (0,), "prepare": prepare, "answer": answer, "clock": clock}


def race(words, title, contestants, same):
    """Rounds in which each contestant runs once, in turning order; the first round warms the disk cache and is not counted."""
    contestants = [contestant for contestant in contestants if contestant]
    runs = {contestant["name"]: [] for contestant in contestants}
    answers = {}
    for number in range(words.repeats + 1):
        turned = contestants[number % len(contestants) :] + contestants[: number % len(contestants)]
        for contestant in turned:
            contestant["prepare"]()
            stdout = words.work / "stdout"
            run = once(contestant["command"], stdout, contestant["fine"])
            if "clock" in contestant:
                run["inside"] = contestant["clock"]()
            if number == 0:
                answers[contestant["name"]] = contestant["answer"](stdout)
            else:
                runs[contestant["name"]].append(run)
            print(f"{title}: round {number}, {contestant['name']}: {run['wall']:.3f} s", file=sys.stderr)
    ours = contestants[0]["name"]
    differences = {name: same(answers[ours], answer) for name, answer in answers.items() if name != ours}
    differences = {name: what for name, what in differences.items() if what}
    rows = []
    for name, taken in runs.items():
        wall = [run["wall"] for run in taken]
        inside = [run.get("inside", run["wall"]) for run in taken]
        rows.append({
            "name": name,
            "wall_median": statistics.median(wall), "wall_min": min(wall), "wall_max": max(wall),
            "inside_median": statistics.median(inside),
            "cpu_median": statistics.median(run["cpu"] for run in taken),
            "peak_mb": max(run["peak_mb"] for run in taken),
            "runs": taken,
        })
    for row in rows:
        # The peer's own clock, without Python's start, against the whole of our process: the harder comparison.
        row["ratio"] = row["inside_median"] / rows[0]["wall_median"]
    return {
        "title": title, "rounds": words.repeats, "rows": rows, "agrees": not differences,
        "agreement": "; ".join(f"{name}: {what}" for name, what in differences.items()) or ("all agree" if len(rows) > 1 else "nobody to compare with"),
    }


# Runs one command and says how it went. A process of its own, for a child inherits the peak memory of whoever forks it, and this
# one stays small.
LAUNCHER = """
import json, os, sys, time
out, err, report, *command = sys.argv[1:]
flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
actions = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, out, flags, 0o644), (os.POSIX_SPAWN_OPEN, 2, err, flags, 0o644)]
started = time.perf_counter()
child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - started
said = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / 1024, "code": os.waitstatus_to_exitcode(status)}
open(report, "w").write(json.dumps(said))
"""


def once(command, stdout, fine):
    """One run of a process: wall time, CPU time and peak memory, as the kernel counts them for this child alone."""
    command, err, report = [str(word) for word in command], f"{stdout}.err", f"{stdout}.run"
    subprocess.run([sys.executable, "-S", "-E", "-c", LAUNCHER, stdout, err, report, *command], check=True)
    run = json.loads(pathlib.Path(report).read_text())
    if run.pop("code") not in fine:
        tail = pathlib.Path(err).read_text(errors="replace")[-2000:] or pathlib.Path(stdout).read_text(errors="replace")[-2000:]
        raise SystemExit(f"failed: {' '.join(command)}\n{tail}")
    return run


# Inputs.


def version_of(sources):
    """One word for what files and folders of the project hold, by their names and bytes."""
    version = hashlib.sha256()
    for source in sources:
        path = ROOT / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                version.update(f"{file.relative_to(ROOT)} {file.stat().st_size}\n".encode() + file.read_bytes())
    return version.hexdigest()[:8]


def data(words, name, counties, schools, pupils, rolls):
    """Lists of figures, and, if asked for, rolls of their pupils: those of a province are a gigabyte."""
    folder = words.work / f"data-{name}-{counties}-{schools}-{pupils}-{words.data_version}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        sizes = ["--counties", counties, "--schools", schools, "--pupils", pupils, *(["--rolls"] if rolls else [])]
        subprocess.run([str(word) for word in (words.bin, "bench-data", "--out", folder, *sizes)], check=True, stdout=subprocess.DEVNULL)
        (folder / "complete").touch()
    return folder


def find_all(folder, heading):
    """The CSV files that have a heading."""
    found = []
    for path in sorted(folder.rglob("*.csv")):
        with open(path, encoding="utf-8-sig", newline="") as file:
            if any(heading in row for row, _ in zip(csv.reader(file), range(10))):
                found.append(path)
    if not found:
        raise SystemExit(f"{folder} holds no CSV file with the heading {heading}")
    return found


def find(folder, heading):
    return find_all(folder, heading)[0]


def as_workbook(python, path, book):
    """The same roll as .xlsx, every cell text, as the registry's export has it. Not timed."""
    script = "import csv, sys, openpyxl\nb = openpyxl.Workbook(write_only=True)\ns = b.create_sheet('学籍')\n"
    script += "for row in csv.reader(open(sys.argv[1], encoding='utf-8-sig', newline='')): s.append(row)\nb.save(sys.argv[2])\n"
    subprocess.run([python, "-c", script, path, book], check=True)


# The record.


def machine(words, python):
    def line(*command):
        try:
            return subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=ROOT).stdout.strip()
        except OSError:
            return ""

    model = next((row.split(":", 1)[1].strip() for row in open("/proc/cpuinfo") if row.startswith("model name")), platform.processor())
    memory = next(int(row.split()[1]) for row in open("/proc/meminfo") if row.startswith("MemTotal"))
    return {
        "cpu": model, "cores": len(os.sched_getaffinity(0)), "memory_gb": round(memory / 2**20, 1), "kernel": platform.release(),
        "load_before": os.getloadavg(), "steal_ticks": steal(),
        "commit": line("git", "rev-parse", "--short=12", "HEAD") + ("" if line("git", "status", "--porcelain") == "" else " and changes"),
        "rustc": line("rustc", "--version"), "binary_mb": round(words.bin.stat().st_size / 1e6, 1), "python": platform.python_version(),
        "peers": line(python, "-m", "pip", "freeze").splitlines() if python else [],
    }


def steal():
    """Ticks that the host gave to others; a virtual machine that is robbed measures nothing."""
    return int(open("/proc/stat").readline().split()[8])


def keep(words, record):
    words.results.mkdir(parents=True, exist_ok=True)
    stem = f"{record['taken'][:10]}-{record['what']}"
    # A result is never overwritten: the second of a day gets its time as well.
    if (words.results / f"{stem}.json").exists():
        stem += record["taken"][10:16].replace(":", "")
    lines = [f"# {record['what']}, {record['taken'][:10]}", ""]
    about = record["machine"]
    lines += [f"`{record['command']}`", ""]
    lines += [f"{about['cpu']}, {about['cores']} cores, {about['memory_gb']} GB, Linux {about['kernel']}; {about['rustc']}; commit {about['commit']}."]
    lines += [f"Load before {about['load_before'][0]:.2f}, after {record['load_after'][0]:.2f}; ticks stolen by the host: {record['steal_ticks']}.", ""]
    for table in record["tables"]:
        lines += [f"## {table['title']}", "", f"Median of {table['rounds']} alternating rounds; results: {table['agreement']}.", ""]
        lines += ["| | whole process, s | (min–max) | inside, s | CPU, s | peak MB | inside ÷ junheng |", "|---|---|---|---|---|---|---|"]
        for row in table["rows"]:
            lines.append(f"| {row['name']} | {row['wall_median']:.3f} | {row['wall_min']:.3f}–{row['wall_max']:.3f} | {row['inside_median']:.3f} | {row['cpu_median']:.2f} | {row['peak_mb']:.0f} | {row['ratio']:.2f} |")
        lines.append("")
    (words.results / f"{stem}.md").write_text("\n".join(lines), encoding="utf-8")
    (words.results / f"{stem}.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
