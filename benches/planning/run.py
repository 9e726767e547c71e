#!/usr/bin/env python3
"""Plans side by side: our planners, and HiGHS, SCIP, a greedy, school-by-school buying and CP-SAT, on the same made-up counties.

    cargo build --release -p planners --example solve_problems --example solve_rotations
    python3 benches/planning/run.py --bin target/release/examples

Every plan is checked against the statement of its problem by `peers.faults`, every rotation by `rotations.worked_out`; one with a
fault ends the run. Counties: sizes 20 to 100 schools in turn. Each county is planned twice: until the gap is 1 % (time to it), and for
so many seconds (cost at equal time).
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SIZES = [20, 100, 60, 40, 80]


def main():
    asked = arguments()
    python = environment(asked)
    if python and pathlib.Path(python).absolute() != pathlib.Path(sys.executable).absolute():
        # The peers live in an environment of their own: the rest runs there.
        raise SystemExit(subprocess.run([python, __file__, *sys.argv[1:], "--python", python]).returncode)
    sys.path.insert(0, str(HERE))
    asked.work.mkdir(parents=True, exist_ok=True)
    record = {
        "what": "planning", "taken": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": " ".join(["python3", "benches/planning/run.py", *sys.argv[1:]]), "cores": os.cpu_count(), "load_before": os.getloadavg(),
        "counties": [county(asked, at) for at in range(asked.counties)],
        "rotations": [rotation(asked, at) for at in range(asked.rotations)],
        "prefecture": prefecture(asked) if asked.prefecture else None,
    }
    record["load_after"] = os.getloadavg()
    words = report(record)
    print(words)
    stamp = record["taken"].replace(":", "").replace("+0000", "Z")
    asked.results.mkdir(parents=True, exist_ok=True)
    (asked.results / f"{stamp}-planning.json").write_text(json.dumps(record, ensure_ascii=False, indent=1))
    (asked.results / f"{stamp}-planning.md").write_text(words)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="the folder with solve_problems and solve_rotations")
    parser.add_argument("--counties", type=int, default=6)
    parser.add_argument("--rotations", type=int, default=2)
    parser.add_argument("--prefecture", type=int, default=0, help="counties of a prefecture, 100 schools each (ours alone)")
    parser.add_argument("--limit", type=float, default=15.0, help="seconds for a gap of 1 %%")
    parser.add_argument("--equal", type=float, default=5.0, help="seconds that each gets for its cheapest plan")
    parser.add_argument("--peers", default="highs,scip,greedy,school-by-school,cp-sat")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/bench/planning")
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "benches/results")
    parser.add_argument("--python", help="a Python that has the peers already (default: made under --work)")
    asked = parser.parse_args()
    asked.bin = asked.bin.resolve()
    return asked


def environment(asked):
    if asked.python:
        return asked.python
    wanted = hashlib.sha256((HERE / "requirements.txt").read_bytes()).hexdigest()[:12]
    folder = asked.work / f"peers-{wanted}"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"], check=True)
        (folder / "complete").touch()
    return str(folder / "bin/python")


def ours(asked, program, path, *options):
    """The whole process: reading the problem and writing the plan included."""
    started = time.perf_counter()
    said = subprocess.run([asked.bin / program, *options, path], check=True, stdout=subprocess.PIPE).stdout
    wall = time.perf_counter() - started
    return {**json.loads(said), "seconds": wall}


def county(asked, at):
    import counties
    import peers

    schools = SIZES[at % len(SIZES)]
    problem = counties.stated(schools, 1, 1, at + 1)
    path = asked.work / f"county-{schools}-{at + 1}.json"
    path.write_text(json.dumps(problem))
    rows = {}
    for name in ["ours", *[name for name in asked.peers.split(",") if name in peers.WAYS]]:
        exact = name in ("ours", "highs", "scip")
        row = {}
        for key, seconds, gap in [("to 1 %", asked.limit, 0.01), ("equal time", asked.equal, 1e-5)]:
            if key == "to 1 %" and not exact:
                continue
            if name == "ours":
                answer = ours(asked, "solve_problems", path, "--keep=false", f"--gap={gap}", f"--seconds={seconds}", "--branches=100000")
            else:
                answer = peers.WAYS[name](problem, seconds, gap)
            row[key] = judged(f"{path.name}, {name}", problem, answer)
            print(f"{path.name} {name} {key}: {row[key]}", file=sys.stderr)
        rows[name] = row
    return {"schools": schools, "seed": at + 1, "rows": rows}


def judged(name, problem, answer):
    import peers

    levels = answer["levels"]
    if levels is None:
        return {"cost": None, "bound": answer["bound"], "gap": None, "seconds": answer["seconds"]}
    wrong = peers.faults(problem, levels)
    if wrong:
        raise SystemExit(f"{name}: {wrong[:5]}")
    yuan = peers.cost(problem, levels)
    bound = answer["bound"]
    return {"cost": yuan, "bound": bound, "gap": None if bound is None else (yuan - bound) / yuan, "seconds": answer["seconds"]}


def rotation(asked, at):
    import rotations

    schools, teachers = [(30, 1200), (60, 3000)][at % 2]
    problem = rotations.stated(schools, teachers, at + 1)
    path = asked.work / f"rotation-{schools}-{at + 1}.json"
    path.write_text(json.dumps(problem))
    start, _ = rotations.worked_out(problem, [])
    answer = ours(asked, "solve_rotations", path)
    rows = {"ours": answer}
    if "cp-sat" in asked.peers.split(","):
        rows["cp-sat"] = rotations.cp_sat(problem, max(answer["seconds"], 1.0))
        rows["cp-sat, 4 times as long"] = rotations.cp_sat(problem, 4 * max(answer["seconds"], 1.0))
    for name, row in rows.items():
        moves = row.pop("moves")
        if moves is None:
            row["points"] = None
            continue
        row["points"], wrong = rotations.worked_out(problem, moves)
        row["moved"] = len(moves)
        if wrong:
            raise SystemExit(f"{path.name}, {name}: {wrong[:5]}")
    print(f"{path.name}: {rows}", file=sys.stderr)
    return {"schools": schools, "teachers": teachers, "start": start, "rows": rows}


def prefecture(asked):
    import counties

    problem = counties.stated(100, 1, asked.prefecture, 1)
    path = asked.work / f"prefecture-{asked.prefecture}.json"
    path.write_text(json.dumps(problem))
    answer = ours(asked, "solve_problems", path, "--keep=false", "--gap=0.001", "--seconds=300")
    return {"schools": 100 * asked.prefecture, "row": judged(path.name, problem, answer)}


def report(record):
    """Tables for people; what was not reached is said, not left out."""
    said = lambda value, how: "none" if value is None else format(value, how)
    share = lambda value: "none" if value is None else f"{100 * value:.3f} %"
    lines = [
        f"# Plans side by side, {record['taken']}", "",
        f"`{record['command']}`; {record['cores']} cores, load {record['load_before'][0]:.1f} before, {record['load_after'][0]:.1f} after.",
        "Costs in thousand yuan. Every plan and rotation was checked against its problem.", "",
        "| county | way | to 1 %: seconds | gap reached | equal time: seconds | cost | bound | gap |", "|---|---|---|---|---|---|---|---|",
    ]
    for one in record["counties"]:
        for name, row in one["rows"].items():
            first, second = row.get("to 1 %", {}), row["equal time"]
            lines.append(
                f"| {one['schools']} schools, seed {one['seed']} | {name} | {said(first.get('seconds'), '.2f')} | {share(first.get('gap'))} "
                f"| {said(second['seconds'], '.2f')} | {said(second['cost'], ',.1f')} | {said(second['bound'], ',.1f')} | {share(second['gap'])} |"
            )
    lines += ["", "| rotation | way | seconds | points before | points after | bound | moved |", "|---|---|---|---|---|---|---|"]
    for one in record["rotations"]:
        for name, row in one["rows"].items():
            lines.append(
                f"| {one['schools']} schools, {one['teachers']} teachers | {name} | {row['seconds']:.2f} | {one['start']:.2f} "
                f"| {said(row['points'], '.2f')} | {said(row['bound'], '.2f')} | {said(row.get('moved'), 'd')} |"
            )
    if record["prefecture"]:
        row = record["prefecture"]["row"]
        lines += ["", f"Prefecture of {record['prefecture']['schools']} schools, ours alone: cost {said(row['cost'], ',.1f')}, gap {share(row['gap'])}, {row['seconds']:.1f} s."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
