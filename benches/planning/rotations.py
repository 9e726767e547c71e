"""Made-up counties' rotations (`plan::RotationProblem` as JSON), the same for CP-SAT, and the check of both.

    python3 rotations.py --schools 60 --teachers 3000 --seed 1 --out rotation-1.json
"""

import argparse
import json
import math
import time
from collections import Counter

import numpy as np

SUBJECTS = ["语文", "数学", "英语", "音乐", "体育", "美术", "科学", "道法"]


def stated(schools, teachers, seed):
    """Schools of four bands in a county of 40 km; backbone teachers and degrees where the town is."""
    dice = np.random.default_rng(seed)
    pupils = np.maximum(60, np.round(np.where(dice.random(schools) < 0.35, dice.lognormal(7.1, 0.45, schools), dice.lognormal(5.4, 0.65, schools))))
    place = dice.uniform(0, 40, (schools, 2))
    band = np.argsort(np.argsort(-pupils)) * 4 // schools
    km = 1.3 * np.hypot(place[:, None, 0] - place[None, :, 0], place[:, None, 1] - place[None, :, 1])
    school = dice.choice(schools, teachers, p=pupils / pupils.sum())
    subject = dice.integers(0, len(SUBJECTS), teachers)
    town = 3 - band[school]
    backbone = dice.random(teachers) < 0.04 + 0.07 * town
    degree = dice.random(teachers) < 0.4 + 0.12 * town
    arts = np.isin(subject, [3, 4, 5])
    have = Counter(zip(school.tolist(), subject.tolist()))
    per_line = Counter(subject.tolist())
    posts = []
    for s in range(schools):
        for line in range(len(SUBJECTS)):
            n = have.get((s, line), 0)
            if n == 0 and (line not in (2, 3, 4, 5) or pupils[s] < 100):
                continue
            fair = math.ceil(per_line[line] * pupils[s] / pupils.sum())
            posts.append({"school": s, "line": line, "have": n, "need": 1 if n == 0 else min(max(fair, 1), n)})
    post_at = {(post["school"], post["line"]): at for at, post in enumerate(posts)}
    spread = lambda has: {
        "weight": 1000.0,
        "schools": [[float(n), float(sum(has[school == s]))] for s, n in enumerate(pupils)],
    }
    eligible = dice.random(teachers) < 0.45
    brings = [[at for at, has in enumerate((backbone, degree, arts)) if has[t]] for t in range(teachers)]
    one = lambda t: {
        "post": post_at[school[t], subject[t]], "eligible": bool(eligible[t]), "backbone": bool(backbone[t]), "spreads": brings[t],
    }
    n_eligible = int(eligible.sum())
    least = math.ceil(0.1 * n_eligible)
    return {
        "teachers": [one(t) for t in range(teachers)], "km": km.tolist(), "counts": (band[:, None] != band[None, :]).tolist(), "posts": posts,
        "spreads": [spread(backbone), spread(degree), spread(arts)], "least_moved": least, "most_moved": max(int(0.12 * n_eligible), least + 1),
        "least_backbone": 0, "backbone_share": 0.2, "most_km": 40.0, "per_km": 0.05, "per_move": 0.2, "per_gap": 20.0,
    }


def worked_out(problem, moves):
    """Points of a rotation (teacher, school), and what is wrong with it."""
    teachers, posts, wrong = problem["teachers"], problem["posts"], []
    post_at = {(post["school"], post["line"]): at for at, post in enumerate(posts)}
    have = [post["have"] for post in posts]
    has = [[None if cell is None else list(cell) for cell in spread["schools"]] for spread in problem["spreads"]]
    points, backbone = problem["per_move"] * len(moves), 0
    if len({teacher for teacher, _ in moves}) < len(moves):
        wrong.append("a teacher moves twice")
    for teacher, to in moves:
        who, post = teachers[teacher], posts[teachers[teacher]["post"]]
        here = post["school"]
        if not who["eligible"] or to == here or not problem["counts"][here][to] or problem["km"][here][to] > problem["most_km"]:
            wrong.append(f"teacher {teacher} to {to}")
        if (to, post["line"]) not in post_at:
            wrong.append(f"teacher {teacher}: no such subject at {to}")
            continue
        have[who["post"]] -= 1
        have[post_at[to, post["line"]]] += 1
        backbone += who["backbone"]
        points += problem["per_km"] * problem["km"][here][to]
        for spread in who["spreads"]:
            has[spread][here][1] -= 1
            has[spread][to][1] += 1
    for at, (post, n) in enumerate(zip(posts, have)):
        if n < min(post["need"], post["have"]) or n > max(post["need"], post["have"]):
            wrong.append(f"post {at}: {n}")
        points += problem["per_gap"] * max(0, post["need"] - n)
    if not problem["least_moved"] <= len(moves) <= problem["most_moved"]:
        wrong.append(f"{len(moves)} move")
    if backbone < problem["least_backbone"] or backbone < problem["backbone_share"] * len(moves) - 1e-9:
        wrong.append(f"{backbone} backbone teachers move")
    for spread, cells in zip(problem["spreads"], has):
        known = [cell for cell in cells if cell]
        pupils, sum_of = sum(n for n, _ in known), sum(t for _, t in known)
        points += spread["weight"] * math.sqrt(pupils * sum(t * t / n for n, t in known)) / sum_of
    return points, wrong


def cp_sat(problem, seconds):
    """Teachers who are alike as one number; the square of each spread as an integer, its root by z² ≥ it."""
    from ortools.sat.python import cp_model

    started = time.perf_counter()
    model = cp_model.CpModel()
    posts, groups = problem["posts"], {}
    for at, teacher in enumerate(problem["teachers"]):
        if teacher["eligible"]:
            groups.setdefault((teacher["post"], teacher["backbone"], tuple(teacher["spreads"])), []).append(at)
    arcs = []
    for key, members in groups.items():
        here = posts[key[0]]
        for to, post in enumerate(posts):
            km = problem["km"][here["school"]][post["school"]]
            counts = problem["counts"][here["school"]][post["school"]]
            if post["line"] == here["line"] and to != key[0] and counts and km <= problem["most_km"]:
                arcs.append((key, to, km, model.new_int_var(0, len(members), "")))
    leaving, coming, of_group = {}, {}, {}
    for key, to, _, n in arcs:
        leaving.setdefault(key[0], []).append(n)
        coming.setdefault(to, []).append(n)
        of_group.setdefault(key, []).append(n)
    for key, numbers in of_group.items():
        model.add(sum(numbers) <= len(groups[key]))
    gaps = []
    for at, post in enumerate(posts):
        then = post["have"] - sum(leaving.get(at, [])) + sum(coming.get(at, []))
        model.add(then >= min(post["need"], post["have"]))
        model.add(then <= max(post["need"], post["have"]))
        if post["need"] > post["have"]:
            gaps.append(post["need"] - then)
    moved, backbone = sum(n for *_, n in arcs), sum(n for key, _, _, n in arcs if key[1])
    model.add(moved >= problem["least_moved"])
    model.add(moved <= problem["most_moved"])
    model.add(backbone >= problem["least_backbone"])
    model.add(100 * backbone >= round(100 * problem["backbone_share"]) * moved)
    # Points in ten-thousandths.
    fine = 10_000
    points = [round(fine * problem["per_gap"]) * sum(gaps), round(fine * problem["per_move"]) * moved]
    points += [round(fine * problem["per_km"] * km) * n for _, _, km, n in arcs]
    for at, spread in enumerate(problem["spreads"]):
        pupils = sum(cell[0] for cell in spread["schools"] if cell)
        total = sum(cell[1] for cell in spread["schools"] if cell)
        squares = []
        for school, cell in enumerate(spread["schools"]):
            if not cell:
                continue
            here = [n for key, to, _, n in arcs if at in key[2] and posts[key[0]]["school"] == school]
            into = [n for key, to, _, n in arcs if at in key[2] and posts[to]["school"] == school]
            most = int(cell[1]) + min(problem["most_moved"], sum(len(groups[key]) for key, to, _, n in arcs if at in key[2] and posts[to]["school"] == school))
            then = model.new_int_var(0, most, "")
            model.add(then == int(cell[1]) - sum(here) + sum(into))
            square = model.new_int_var(0, most**2, "")
            model.add_multiplication_equality(square, [then, then])
            # (points ÷ weight)² = Σn Σ T²/n ÷ (ΣT)²; in millionths of a millionth.
            squares.append(round(1e8 * pupils / cell[0] / total**2) * square)
        root = model.new_int_var(0, 10 * 10_000, "")
        squared = model.new_int_var(0, (10 * 10_000) ** 2, "")
        model.add_multiplication_equality(squared, [root, root])
        model.add(squared >= sum(squares))
        points.append(round(fine * spread["weight"] / 1e4) * root)
    model.minimize(sum(points))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    status = solver.solve(model)
    moves = None
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        moves, taken = [], Counter()
        for key, to, _, n in arcs:
            for _ in range(solver.value(n)):
                moves.append([groups[key][taken[key]], posts[to]["school"]])
                taken[key] += 1
    return {"moves": moves, "bound": solver.best_objective_bound / fine, "seconds": time.perf_counter() - started}


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--schools", type=int, default=60)
    asked.add_argument("--teachers", type=int, default=3000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--out", required=True)
    asked = asked.parse_args()
    with open(asked.out, "w") as file:
        json.dump(stated(asked.schools, asked.teachers, asked.seed), file)
