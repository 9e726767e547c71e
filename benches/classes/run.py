#!/usr/bin/env python3
"""Classes side by side: one generated roll (11 categories, 2 scores), the penalty of each way, and its time.

    cargo build --release -p planners --example class_bench
    python3 benches/classes/run.py --bin target/release/examples/class_bench --seconds 60 --peers exchange,cpsat,highs

Needs numpy; `cpsat` needs ortools, `highs` highspy, in a throw-away environment. The penalty is that of docs/concepts/classes.md: 100 for each one too many or too few,
1 for a point between the largest and the smallest sum of totals, 3 of maths. Same input for all; every answer is priced by the same few lines here.
"""
import argparse
import json
import os
import platform
import subprocess
import sys
import time

import numpy as np


def roll(n, seed):
    r = np.random.default_rng(seed)
    ability = r.normal(size=n)
    girls = (r.random(n) < 0.53).astype(int)
    total = np.round(np.clip(430 + 70 * ability + 25 * r.normal(size=n), 120, 600)).astype(int)
    maths = np.round(np.clip(85 + 18 * (0.8 * ability + 0.6 * r.normal(size=n)), 10, 120)).astype(int)
    boards = (r.random(n) < 1 / (1 + np.exp(0.6 + 0.5 * ability))).astype(int)
    left = (r.random(n) < 0.18).astype(int)
    origin = r.choice(8, n, p=[.25, .2, .15, .12, .1, .08, .06, .04])
    return np.array([girls, boards, left] + [(origin == k).astype(int) for k in range(8)]).T, total, maths


def price(classes, counts, total, maths, k):
    had = np.zeros((k, counts.shape[1]), int)
    np.add.at(had, classes, counts)
    every = counts.sum(0)
    outside = np.maximum(0, had - -(-every // k)) + np.maximum(0, every // k - had)
    t, m = (np.bincount(classes, weights=values, minlength=k) for values in (total, maths))
    return int(100 * outside.sum() + (t.max() - t.min()) + 3 * (m.max() - m.min()))


def sealed(counts, total, maths, k, slack, kicks):
    lines = ["junheng-classes/1 input", "salt " + "0" * 32, "rules " + "0" * 64, f"classes {k}", f"slack {slack}", f"kicks {kicks}"]
    lines += [f"count 100 c{i}" for i in range(counts.shape[1])] + ["score 1 total", "score 3 maths"]
    for i in range(len(total)):
        of = ",".join(str(c) for c in range(counts.shape[1]) if counts[i, c])
        lines.append(f"pupil {i:05d} - {of or '-'} {total[i]},{maths[i]}")
    return "\n".join(lines) + "\n"


def snake(order, k):
    classes = np.empty(len(order), int)
    for place, pupil in enumerate(order):
        at = place % k
        classes[pupil] = at if place // k % 2 == 0 else k - 1 - at
    return classes


def exchange(classes, counts, total, maths, k, seconds):
    """Random pairs, exchanged where the quadratic imbalance falls."""
    r, classes = np.random.default_rng(1), classes.copy()
    v = np.column_stack([counts * 10.0, (total - total.mean()) / total.std() * 3, (maths - maths.mean()) / maths.std() * 3])
    v -= v.mean(0)
    sums = np.zeros((k, v.shape[1]))
    np.add.at(sums, classes, v)
    end = time.time() + seconds
    while time.time() < end:
        for i, j in zip(r.integers(0, len(classes), 4096), r.integers(0, len(classes), 4096)):
            p, q = classes[i], classes[j]
            d = v[j] - v[i]
            if p != q and 2 * d @ (sums[p] - sums[q]) + 2 * d @ d < -1e-12:
                sums[p] += d
                sums[q] -= d
                classes[i], classes[j] = q, p
    return classes


def cpsat(classes, counts, total, maths, k, seconds):
    from ortools.sat.python import cp_model
    n, m = len(total), cp_model.CpModel()
    x = [[m.NewBoolVar("") for _ in range(k)] for _ in range(n)]
    for i in range(n):
        m.AddExactlyOne(x[i])
    cost = []
    for c in range(k):
        m.Add(sum(x[i][c] for i in range(n)) == n // k)
    for f in range(counts.shape[1]):
        of = np.nonzero(counts[:, f])[0]
        for c in range(k):
            over, under = m.NewIntVar(0, n, ""), m.NewIntVar(0, n, "")
            had = sum(x[i][c] for i in of)
            m.Add(had - over <= -(-len(of) // k))
            m.Add(had + under >= len(of) // k)
            cost += [100 * over, 100 * under]
    for values, weight in ((total, 1), (maths, 3)):
        high, low = m.NewIntVar(0, int(values.sum()), ""), m.NewIntVar(0, int(values.sum()), "")
        for c in range(k):
            s = sum(int(values[i]) * x[i][c] for i in range(n))
            m.Add(s <= high)
            m.Add(s >= low)
        cost.append(weight * (high - low))
    m.Minimize(sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, 2
    if solver.Solve(m) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return np.array([[solver.Value(x[i][c]) for c in range(k)] for i in range(n)]).argmax(1)


def highs(classes, counts, total, maths, k, seconds):
    import highspy
    n, h = len(total), highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("time_limit", float(seconds))
    x = [[h.addBinary() for _ in range(k)] for _ in range(n)]
    for i in range(n):
        h.addConstr(sum(x[i]) == 1)
    cost = 0
    for c in range(k):
        h.addConstr(sum(x[i][c] for i in range(n)) == n // k)
    for f in range(counts.shape[1]):
        of = np.nonzero(counts[:, f])[0]
        for c in range(k):
            over, under = h.addVariable(0), h.addVariable(0)
            had = sum(x[i][c] for i in of)
            h.addConstr(had - over <= -(-len(of) // k))
            h.addConstr(had + under >= len(of) // k)
            cost = cost + 100 * over + 100 * under
    for values, weight in ((total, 1), (maths, 3)):
        high, low = h.addVariable(0), h.addVariable(0)
        for c in range(k):
            s = sum(float(values[i]) * x[i][c] for i in range(n))
            h.addConstr(s - high <= 0)
            h.addConstr(s - low >= 0)
        cost = cost + weight * high - weight * low
    h.minimize(cost)
    if h.getInfo().primal_solution_status != 2:
        return None
    values = h.getSolution().col_value
    return np.array([[values[x[i][c].index] for c in range(k)] for i in range(n)]).argmax(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--pupils", type=int, default=1000)
    parser.add_argument("--classes", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--kicks", type=int, default=2000)
    parser.add_argument("--slack", type=int, default=2)
    parser.add_argument("--peers", default="exchange")
    asked = parser.parse_args()
    counts, total, maths = roll(asked.pupils, 7)
    k = asked.classes
    say = lambda **row: print(json.dumps(row), flush=True)
    say(machine=platform.processor() or platform.machine(), cores=os.cpu_count(), load=os.getloadavg(), pupils=asked.pupils, classes=k)
    r = np.random.default_rng(3)
    say(way="lot", penalty=price(r.permutation(np.arange(asked.pupils) % k), counts, total, maths, k))
    say(way="snake", penalty=price(snake(np.argsort(-total, kind="stable"), k), counts, total, maths, k))
    start = snake(np.lexsort((-total, counts[:, 0])), k)
    say(way="snake by sex", penalty=price(start, counts, total, maths, k))
    given = sealed(counts, total, maths, k, asked.slack, asked.kicks).encode()
    before = os.times()
    out = subprocess.run([asked.bin, str(asked.runs)], input=given, capture_output=True, check=True).stdout.decode()
    after = os.times()
    for line in out.splitlines():
        seconds, penalty, bound, exchanges, kicks, classes = line.split()
        own = price(np.array(list(map(int, classes.split(",")))), counts, total, maths, k)
        assert own == int(penalty), (own, penalty)
        say(way="junheng", penalty=own, bound=int(bound), wall=float(seconds), kicks=int(kicks))
    say(way="junheng", cpu_each=round((after.children_user - before.children_user) / asked.runs, 3))
    for peer in filter(None, asked.peers.split(",")):
        began, cpu = time.time(), time.process_time()
        found = {"exchange": exchange, "cpsat": cpsat, "highs": highs}[peer](start, counts, total, maths, k, asked.seconds)
        penalty = None if found is None else price(found, counts, total, maths, k)
        say(way=peer, penalty=penalty, wall=round(time.time() - began, 1), cpu=round(time.process_time() - cpu, 1))


if __name__ == "__main__":
    sys.exit(main())
