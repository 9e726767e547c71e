#!/usr/bin/env python3
"""Deferred acceptance side by side: random instances beside plain Python and the `matching` library, and public instances against their known answers.

    cargo build --release -p planners --example seat_bench
    python3 benches/admission/run.py --bin target/release/examples/seat_bench --sizes 1000x50x6,10000x100x8 [--library] [--public FOLDER…]

FOLDER holds student_preferences.csv (student,rank,school), school_priorities.csv (school,priority,student), school_capacities.csv (school,capacity) and
expected_stable_matchings.csv (student,school_student_optimal,…). `--library` needs the package `matching` in a throw-away environment.
"""
import argparse
import csv
import heapq
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time


def instance(n, schools, wishes, seed=1):
    """Lists by distance and taste; three classes, one number for each child."""
    r = random.Random(seed)
    homes, places = [(r.random(), r.random()) for _ in range(n)], [(r.random(), r.random()) for _ in range(schools)]
    taste = [r.gauss(0, 0.3) for _ in range(schools)]
    numbers = list(range(n))
    r.shuffle(numbers)
    lists = []
    for child, (x, y) in enumerate(homes):
        near = sorted(range(schools), key=lambda s: (x - places[s][0]) ** 2 + (y - places[s][1]) ** 2 - 0.05 * taste[s])[:wishes]
        lists.append([(s, (0 if r.random() < 0.1 else 1 if s == near[0] else 2) << 32 | numbers[child]) for s in near])
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
    return at


def ours(binary, lists, places):
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
        file.write(" ".join(map(str, places)) + "\n")
        file.writelines(" ".join(f"{s}:{r}" for s, r in wishes) + "\n" for wishes in lists)
    done = subprocess.run([binary, "--file", file.name], capture_output=True, check=True, text=True)
    os.unlink(file.name)
    return done.stdout.split(), float(done.stderr.split(": ")[1].split(" s")[0])


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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--sizes", default="1000x50x6,10000x100x8")
    parser.add_argument("--library", action="store_true")
    parser.add_argument("--public", nargs="*", default=[])
    asked = parser.parse_args()
    for folder in asked.public:
        lists, places, answer = public(folder)
        at, seconds = ours(asked.bin, lists, places)
        print(json.dumps(dict(instance=pathlib.Path(folder).name, children=len(lists), seconds=seconds, as_expected=at == answer)), flush=True)
        assert at == answer
    for size in filter(None, asked.sizes.split(",")):
        n, schools, wishes = map(int, size.split("x"))
        lists, places = instance(n, schools, wishes)
        at, seconds = ours(asked.bin, lists, places)
        cpu = time.process_time()
        own = plain(lists, places)
        row = dict(size=size, junheng=seconds, plain_python_cpu=round(time.process_time() - cpu, 3), same=own == at)
        assert own == at
        if asked.library:
            cpu = time.process_time()
            row.update(same_as_library=library(lists, places) == at, library_cpu=round(time.process_time() - cpu, 1))
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    sys.exit(main())
