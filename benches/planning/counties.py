"""States made-up counties as problems for `solve_problems`: seven indicators at each stage, purchases and moves.

    python3 counties.py --schools 60 --stages 1 --seed 1 --out county-1.json
    python3 counties.py --schools 100 --stages 1 --counties 15 --seed 7 --out prefecture.json

Costs in thousand yuan. Sizes and stocks follow the shape of real counties: a third large schools, many small ones; backbone teachers and
sports fields the most uneven.
"""

import argparse
import json

import numpy as np

PER = np.array([100, 100, 100, 1, 1, 1, 100.0])
FLOOR = {"primary": np.array([4.2, 1.0, 0.9, 4.5, 7.5, 2.0, 2.3]), "junior": np.array([5.3, 1.0, 0.9, 5.8, 10.2, 2.5, 2.4])}
LIMIT = {"primary": 0.50, "junior": 0.45}
PRICE = np.array([60, 15, 70, 2.6, 0.45, 1.0, 25.0])
MOVE = [6.0, 8.0, 6.0, None, None, 0.06, 1.5]


def county(schools, seed, stage="primary"):
    """Pupils by school, and stocks by school and indicator."""
    dice = np.random.default_rng(seed)
    large = dice.random(schools) < 0.35
    pupils = np.where(large, dice.lognormal(7.1, 0.45, schools), dice.lognormal(5.4, 0.65, schools))
    pupils = np.maximum(52, np.round(pupils)).astype(int)
    size = np.log(pupils / pupils.mean())
    level = np.array([1.15, 1.25, 1.2, 1.35, 1.2, 1.2, 1.3])
    spread = np.array([0.45, 0.8, 0.55, 0.5, 0.6, 0.45, 0.4])
    slope = np.array([0.05, 0.15, -0.05, -0.35, -0.35, -0.15, -0.25])
    stock = np.zeros((schools, 7))
    for k in range(7):
        value = FLOOR[stage][k] * level[k] * np.exp(spread[k] * dice.normal(size=schools) + slope[k] * size)
        stock[:, k] = np.round(value * pupils / PER[k])
    return pupils, stock.astype(int)


def add(problem, pupils, stock, stage):
    """One stage of one county, as pools, sites, rows and cones of a problem."""
    first_site, first_choice = len(problem["sites"]), len(problem["choices"])
    schools = len(pupils)
    problem["choices"] += [1] * schools
    for k in range(7):
        pool = len(problem["pools"])
        problem["pools"].append({"price": float(PRICE[k]), "move_cost": MOVE[k]})
        members = []
        for s in range(schools):
            site = first_site + k * schools + s
            gives = int(stock[s, k]) if MOVE[k] is not None else 0
            problem["sites"].append({"pool": pool, "gives": gives, "takes": None})
            each, start, need = PER[k] / pupils[s], PER[k] * stock[s, k] / pupils[s], FLOOR[stage][k]
            row = {"terms": [[site, each]], "start": start, "need": need, "left": 0.85 * need, "choice": first_choice + s}
            problem["rows"].append(row)
            members.append({"weight": float(pupils[s]), "start": start, "terms": [[site, each]]})
        problem["cones"].append({"limit": LIMIT[stage], "members": members})


def stated(schools, stages, counties, seed):
    problem = {"pools": [], "sites": [], "rows": [], "choices": [], "cones": [], "caps": []}
    for at in range(counties):
        for place, stage in enumerate(["primary", "junior"][:stages]):
            add(problem, *county(schools, seed + 1000 * at + 100 * place, stage), stage)
    return problem


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--schools", type=int, default=60)
    asked.add_argument("--stages", type=int, default=1)
    asked.add_argument("--counties", type=int, default=1)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--out", required=True)
    asked = asked.parse_args()
    with open(asked.out, "w") as file:
        json.dump(stated(asked.schools, asked.stages, asked.counties, asked.seed), file)
