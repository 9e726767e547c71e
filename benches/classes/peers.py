"""One peer on the roll of run.py: peers.py NAME PUPILS CLASSES SECONDS ANSWER. Writes the class of each pupil, or null."""

import json
import pathlib
import sys
import time

import numpy as np

from run import roll, snake


def main():
    name, n, k, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    counts, total, maths = roll(n, 7)
    start = snake(np.lexsort((-total, counts[:, 0])), k)
    began = time.time()
    found = {"exchange": exchange, "anticlustering": anticlustering, "cpsat": cpsat, "highs": highs}[name](start, counts, total, maths, k, seconds)
    said = dict(classes=None if found is None else [int(one) for one in found], wall=round(time.time() - began, 1))
    pathlib.Path(sys.argv[5]).write_text(json.dumps(said))


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


def anticlustering(classes, counts, total, maths, k, seconds):
    """The library's exchange method, with the columns as it wants them."""
    import pandas
    from anti_clustering import ExchangeHeuristicAntiClustering

    frame = pandas.DataFrame({"total": (total - total.mean()) / total.std(), "maths": (maths - maths.mean()) / maths.std()})
    words = {"sex": counts[:, 0], "boards": counts[:, 1], "left": counts[:, 2], "origin": counts[:, 3:].argmax(1)}
    for head, values in words.items():
        frame[head] = [f"{head}{value}" for value in values]
    method = ExchangeHeuristicAntiClustering(verbose=False, random_seed=1)
    done = method.run(df=frame, numerical_columns=["total", "maths"], categorical_columns=list(words), num_groups=k, destination_column="group")
    return np.array(done["group"]).astype(int)


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
            m.Add(had - over <= int(-(-len(of) // k)))
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
            h.addConstr(had - over <= int(-(-len(of) // k)))
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


main()
