#!/usr/bin/env python3
"""Classes side by side: one generated roll (11 categories, 2 scores) and instances of the maximally diverse grouping problem, each way in the same minutes.

    python3 benches/classes/run.py        # builds, makes its environment, measures: about 5 minutes

The penalty is that of docs/concepts/classes.md: 100 for each one too many or too few, 1 for a point between the largest and the smallest sum of totals, 3 of
maths. Same input for all; every answer is priced by the same few lines here.
"""

import argparse
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

PEERS = "exchange,anticlustering,cpsat,highs"
# What reading its model may add to the time that a peer is given, before it is stopped from outside.
GRACE = 30


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, help="the release example class_bench (default: it is built)")
    parser.add_argument("--pupils", type=int, default=1000)
    parser.add_argument("--classes", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=55, help="what each peer is given")
    parser.add_argument("--runs", type=int, default=20, help="runs of Junheng, each with another seed")
    parser.add_argument("--kicks", type=int, default=2000)
    parser.add_argument("--slack", type=int, default=2)
    parser.add_argument("--peers", default=PEERS)
    parser.add_argument("--mdgp", default="480x20,960x24", help="pupils x groups of the diverse grouping instances; empty for none")
    parser.add_argument("--mdgp-seconds", type=float, default=15)
    parser.add_argument("--results", type=pathlib.Path, default=HERE.parent / "results")
    asked = parser.parse_args()
    python = beside.environment("classes", HERE / "requirements.txt")
    if pathlib.Path(sys.executable) != python:
        asked.bin = asked.bin or beside.built("--package", "planners", "--example", "class_bench") / "examples/class_bench"
        os.execv(python, [str(python), str(HERE / "run.py"), *sys.argv[1:], *([] if "--bin" in sys.argv else ["--bin", str(asked.bin.resolve())])])
    before = beside.machine()
    tables = [roll_table(asked)]
    if asked.mdgp:
        tables.append(mdgp_table(asked))
    beside.keep("classes", before, tables, asked.results)


# One roll.


def roll(n, seed):
    import numpy as np

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
    import numpy as np

    had = np.zeros((k, counts.shape[1]), int)
    np.add.at(had, classes, counts)
    every = counts.sum(0)
    outside = np.maximum(0, had - -(-every // k)) + np.maximum(0, every // k - had)
    t, m = (np.bincount(classes, weights=values, minlength=k) for values in (total, maths))
    return int(100 * outside.sum() + (t.max() - t.min()) + 3 * (m.max() - m.min()))


def roll_table(asked):
    import numpy as np

    n, k = asked.pupils, asked.classes
    counts, total, maths = roll(n, 7)
    r = np.random.default_rng(3)
    lot, plain = r.permutation(np.arange(n) % k), snake(np.argsort(-total, kind="stable"), k)
    by_sex = snake(np.lexsort((-total, counts[:, 0])), k)
    rows = [dict(way=way, penalty=price(classes, counts, total, maths, k), wall_s=0) for way, classes in (("lot alone", lot), ("snake order", plain), ("snake order by sex", by_sex))]
    taken = ours(asked.bin, sealed([(100, f"c{at}") for at in range(counts.shape[1])], [(1, "total"), (3, "maths")], counts, np.column_stack([total, maths]), k, asked.slack, asked.kicks), asked.runs)
    penalties = sorted(price(one["classes"], counts, total, maths, k) for one in taken)
    assert penalties == sorted(one["penalty"] for one in taken), "the penalties differ"
    walls = sorted(one["wall"] for one in taken)
    rows.append(dict(way=f"Junheng, {len(taken)} runs: median", penalty=penalties[len(penalties) // 2], worst=penalties[-1], bound=taken[0]["bound"], wall_s=walls[len(walls) // 2], wall_most=walls[-1]))
    for peer in filter(None, asked.peers.split(",")):
        rows.append(dict(way=peer, **limited(peer, n, k, asked.seconds)))
        print(json.dumps(rows[-1]), flush=True)
    return (f"{n} pupils into {k} classes, 11 categories and 2 scores; peers have {asked.seconds:g} s each", rows)


def snake(order, k):
    import numpy as np

    classes = np.empty(len(order), int)
    for place, pupil in enumerate(order):
        at = place % k
        classes[pupil] = at if place // k % 2 == 0 else k - 1 - at
    return classes


def sealed(count_titles, score_titles, counts, scores, k, slack, kicks):
    lines = ["junheng-classes/1 input", "salt " + "0" * 32, "rules " + "0" * 64, f"classes {k}", f"slack {slack}", f"kicks {kicks}"]
    lines += [f"count {weight} {title}" for weight, title in count_titles] + [f"score {weight} {title}" for weight, title in score_titles]
    for i in range(len(scores)):
        of = ",".join(str(c) for c in range(len(count_titles)) if counts[i, c])
        lines.append(f"pupil {i:05d} - {of or '-'} " + (",".join(map(str, scores[i])) or "-"))
    return "\n".join(lines) + "\n"


def ours(binary, given, runs):
    import numpy as np

    out = subprocess.run([binary, str(runs)], input=given.encode(), capture_output=True, check=True).stdout.decode()
    rows = [line.split() for line in out.splitlines()]
    return [dict(wall=float(s), penalty=int(p), bound=int(b), classes=np.array(list(map(int, c.split(","))))) for s, p, b, _, _, c in rows]


def limited(peer, n, k, seconds):
    """A peer in a process of its own: some forget the time they were given."""
    with tempfile.TemporaryDirectory() as folder:
        answer = pathlib.Path(folder) / "answer.json"
        began = time.time()
        try:
            subprocess.run([sys.executable, HERE / "peers.py", peer, str(n), str(k), str(seconds), answer], timeout=seconds + GRACE, check=True)
        except subprocess.TimeoutExpired:
            return dict(penalty="none in time", wall_s=round(time.time() - began, 1))
        said = json.loads(answer.read_text())
    if said["classes"] is None:
        return dict(penalty="none found", wall_s=said["wall"])
    import numpy as np

    counts, total, maths = roll(n, 7)
    return dict(penalty=price(np.array(said["classes"]), counts, total, maths, k), wall_s=said["wall"])


# Instances of the maximally diverse grouping problem, by the recipe of the public set Geo: points in a cube of 2 to 20 dimensions with sides of 10, the distances
# between them summed within groups of one size, the larger the better. Junheng is not told this aim: it evens out the coordinates.


def mdgp_table(asked):
    import numpy as np

    rows = []
    for size in asked.mdgp.split(","):
        n, k = map(int, size.split("x"))
        r = np.random.default_rng(n)
        points = r.random((n, int(r.integers(2, 21)))) * 10
        distances = np.sqrt(((points[:, None] - points[None]) ** 2).sum(2))
        within = lambda classes: float(sum(distances[np.ix_(of, of)].sum() / 2 for of in (np.nonzero(classes == g)[0] for g in range(k))))
        start = r.permutation(np.arange(n) % k)
        scores = np.round(points * 1000).astype(int)
        taken = ours(asked.bin, sealed([], [(1, f"x{at}") for at in range(points.shape[1])], np.zeros((n, 0), int), scores, k, 0, 300), 1)[0]
        began = time.time()
        searched = diverse(start, distances, k, asked.mdgp_seconds)
        wall = time.time() - began
        best = max(within(searched), within(taken["classes"]))
        for way, classes, seconds in (("lot alone", start, 0), ("exchange towards this very aim, numpy", searched, wall), ("Junheng, evening out the coordinates", taken["classes"], taken["wall"])):
            value = within(classes)
            rows.append(dict(points=f"{n} in {points.shape[1]} dimensions", groups=k, way=way, sum_of_distances=round(value, 1), below_best=f"{100 * (1 - value / best):.3f} %", wall_s=round(seconds, 2)))
    return ("Maximally diverse grouping, recipe Geo", rows)


def diverse(classes, distances, k, seconds):
    """Best exchange of each one in turn, until none helps or the time is over."""
    import numpy as np

    classes, n = classes.copy(), len(classes)
    to = np.stack([distances[:, classes == g].sum(1) for g in range(k)], axis=1)
    own, end, changed = np.arange(n), time.time() + seconds, True
    while changed and time.time() < end:
        changed = False
        for i in range(n):
            p = classes[i]
            gain = to[i, classes] - to[i, p] + to[own, p] - to[own, classes] - 2 * distances[i]
            gain[classes == p] = 0
            j = int(gain.argmax())
            if gain[j] > 1e-9:
                q = classes[j]
                to[:, p] += distances[:, j] - distances[:, i]
                to[:, q] += distances[:, i] - distances[:, j]
                classes[i], classes[j] = q, p
                changed = True
    return classes


if __name__ == "__main__":
    sys.exit(main())
