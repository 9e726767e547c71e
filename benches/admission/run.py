#!/usr/bin/env python3
"""Deferred acceptance side by side: random instances beside plain Python and the `matching` library, and public instances against their known answers.

    python3 benches/admission/run.py      # builds, makes its environment, measures: about 4 minutes

An instance: children and schools at random places in a square, each child asks at the nearest ones; three classes, one number for each child. Every answer is
compared: the stable allocation that children like best is one only. With `--public FOLDER…` also instances whose answer is known: student_preferences.csv
(student,rank,school), school_priorities.csv (school,priority,student), school_capacities.csv (school,capacity), expected_stable_matchings.csv
(student,school_student_optimal,…).
"""

import argparse
import csv
import heapq
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import beside  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, help="the release example seat_bench (default: it is built)")
    parser.add_argument("--sizes", default="10000x100x8,100000x300x8,1000000x300x8", help="children x schools x wishes")
    parser.add_argument("--library", type=int, default=10_000, help="up to how many children the library is run: its time grows with their square; 0 for never")
    parser.add_argument("--rounds", type=int, default=5, help="runs of Junheng")
    parser.add_argument("--public", nargs="*", default=[])
    parser.add_argument("--results", type=pathlib.Path, default=HERE.parent / "results")
    asked = parser.parse_args()
    python = beside.environment("admission", HERE / "requirements.txt")
    if pathlib.Path(sys.executable) != python:
        asked.bin = asked.bin or beside.built("--package", "planners", "--example", "seat_bench") / "examples/seat_bench"
        os.execv(python, [str(python), str(HERE / "run.py"), *sys.argv[1:], *([] if "--bin" in sys.argv else ["--bin", str(asked.bin.resolve())])])
    before, rows = beside.machine(), []
    for folder in asked.public:
        lists, places, answer = public(folder)
        at, seconds = ours(asked.bin, lists, places, 1)
        assert at == answer, f"{folder}: not the known answer"
        rows.append(dict(instance=pathlib.Path(folder).name, junheng_s=seconds[0], same="as known"))
    for size in filter(None, asked.sizes.split(",")):
        n, schools, wishes = map(int, size.split("x"))
        lists, places = instance(n, schools, wishes)
        at, seconds = ours(asked.bin, lists, places, asked.rounds)
        began = time.perf_counter()
        own = plain(lists, places)
        row = dict(instance=size, junheng_s=seconds[len(seconds) // 2], junheng_most_s=seconds[-1], plain_python_s=round(time.perf_counter() - began, 2), same=own == at)
        assert own == at, f"{size}: another allocation than plain Python"
        if n <= asked.library:
            began = time.perf_counter()
            theirs = library(lists, places)
            row.update(library_s=round(time.perf_counter() - began, 1), same=theirs == at)
            assert theirs == at, f"{size}: another allocation than the library"
        rows.append(row)
        print(json.dumps(row), flush=True)
    beside.keep("admission", before, [("Deferred acceptance, the solving alone", rows)], asked.results)


def instance(n, schools, wishes, seed=1):
    import numpy as np

    r = np.random.default_rng(seed)
    homes, places, taste = r.random((n, 2)), r.random((schools, 2)), r.normal(0, 0.3, schools)
    numbers, lists = r.permutation(n), []
    for start in range(0, n, 20_000):
        near = ((homes[start:start + 20_000, None] - places[None]) ** 2).sum(2) - 0.05 * taste
        nearest = np.argsort(near, axis=1)[:, :wishes]
        classes = np.where(r.random(nearest.shape) < 0.1, 0, np.where(np.arange(nearest.shape[1]) == 0, 1, 2))
        ranks = classes.astype(np.int64) << 32 | numbers[start:start + 20_000, None]
        lists += [list(zip(s, r_)) for s, r_ in zip(nearest.tolist(), ranks.tolist())]
    return lists, [-(-n * 51 // 50 // schools)] * schools


def plain(lists, places):
    """The textbook, with heaps."""
    nth, held, waiting = [0] * len(lists), [[] for _ in places], list(range(len(lists)))
    while waiting:
        child = waiting.pop()
        if nth[child] == len(lists[child]):
            continue
        school, rank = lists[child][nth[child]]
        nth[child] += 1
        heapq.heappush(held[school], (-rank, child))
        if len(held[school]) > places[school]:
            waiting.append(heapq.heappop(held[school])[1])
    at = ["-"] * len(lists)
    for school, inside in enumerate(held):
        for _, child in inside:
            at[child] = str(school)
    return at


def library(lists, places):
    import threading
    import warnings

    answer = []

    def run():
        from matching.games import HospitalResident

        of_school = [[] for _ in places]
        for child, wishes in enumerate(lists):
            for school, rank in wishes:
                of_school[school].append((rank, child))
        schools = {f"s{s}": [child for _, child in sorted(of)] for s, of in enumerate(of_school) if of}
        game = HospitalResident.create_from_dictionaries({c: [f"s{s}" for s, _ in w] for c, w in enumerate(lists)}, schools, {s: places[int(s[1:])] for s in schools})
        game.solve(optimal="resident")
        at = ["-"] * len(lists)
        for school, children in game.matching.items():
            for child in children:
                at[child.name] = str(school)[1:]
        answer.append(at)

    # It copies itself by recursion.
    warnings.filterwarnings("ignore")
    sys.setrecursionlimit(10**7)
    threading.stack_size(1 << 30)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return answer[0]


def ours(binary, lists, places, rounds):
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
        file.write(" ".join(map(str, places)) + "\n")
        file.writelines(" ".join(f"{s}:{r}" for s, r in wishes) + "\n" for wishes in lists)
    seconds = []
    for _ in range(rounds):
        done = subprocess.run([binary, "--file", file.name], capture_output=True, check=True, text=True)
        seconds.append(float(done.stderr.split(": ")[1].split(" s")[0]))
    os.unlink(file.name)
    return done.stdout.split(), sorted(seconds)


def public(folder):
    read = lambda name: list(csv.DictReader((pathlib.Path(folder) / name).open(encoding="utf-8")))
    capacities = read("school_capacities.csv")
    school = {row["school"]: at for at, row in enumerate(capacities)}
    rank = {(row["school"], row["student"]): int(row["priority"]) for row in read("school_priorities.csv")}
    wishes = {}
    for row in sorted(read("student_preferences.csv"), key=lambda row: (row["student"], int(row["rank"]))):
        if (row["school"], row["student"]) in rank:
            wishes.setdefault(row["student"], []).append((school[row["school"]], rank[row["school"], row["student"]]))
    students = sorted(wishes)
    expected = {row["student"]: row["school_student_optimal"] for row in read("expected_stable_matchings.csv")}
    answer = [str(school[expected[s]]) if expected.get(s) else "-" for s in students]
    return [wishes[s] for s in students], [int(row["capacity"]) for row in capacities], answer


if __name__ == "__main__":
    sys.exit(main())
