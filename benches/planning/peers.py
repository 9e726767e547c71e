"""The peers' side: the same problem (`plan::Problem` as JSON) for HiGHS, SCIP, a greedy and school-by-school buying, and the check of all.

Each takes (problem, seconds, gap) and gives {"levels", "bound", "seconds"}: how many units more each site has, or None.
"""

import heapq
import math
import time


def stated(problem):
    """What every way needs: sites by pool, rows by site, how much one unit counts in its cone."""
    pools = [[] for _ in problem["pools"]]
    for at, site in enumerate(problem["sites"]):
        pools[site["pool"]].append(at)
    factors = []
    for cone in problem["cones"]:
        total = sum(member["weight"] for member in cone["members"])
        factors.append((1 + cone["limit"] ** 2) / total)
    return pools, factors


def cost(problem, levels):
    pools, _ = stated(problem)
    yuan = 0.0
    for pool, sites in zip(problem["pools"], pools):
        bought, moved = sum(levels[at] for at in sites), sum(max(-levels[at], 0) for at in sites)
        yuan += (pool["price"] or 0.0) * bought + (pool["move_cost"] or 0.0) * moved
    return yuan


def faults(problem, levels):
    """Everything wrong with a plan, worked out from the statement alone; nobody's figure counts before this list is empty."""
    pools, _ = stated(problem)
    wrong = []
    for index, (pool, sites) in enumerate(zip(problem["pools"], pools)):
        bought, moved = sum(levels[at] for at in sites), sum(max(-levels[at], 0) for at in sites)
        if bought < 0 or (pool["price"] is None and bought) or (pool["move_cost"] is None and moved):
            wrong.append(f"pool {index}: {bought} bought, {moved} moved")
    for at, (site, level) in enumerate(zip(problem["sites"], levels)):
        if level != int(level) or level < -site["gives"] or (site["takes"] is not None and level > site["takes"]):
            wrong.append(f"site {at}: {level}")
    missed = [0] * len(problem["choices"])
    for index, row in enumerate(problem["rows"]):
        value = row["start"] + sum(each * levels[at] for at, each in row["terms"])
        if value < row["need"] * (1 - 1e-9):
            if row["choice"] is None or row["left"] is None or value < row["left"] * (1 - 1e-9):
                wrong.append(f"row {index}: {value}, {row['need']} is asked")
            else:
                missed[row["choice"]] += 1
    wrong += [f"choice {at}: {n} left" for at, (n, may) in enumerate(zip(missed, problem["choices"])) if n > may]
    for index, cone in enumerate(problem["cones"]):
        values = [(m["weight"], m["start"] + sum(each * levels[at] for at, each in m["terms"])) for m in cone["members"]]
        total = sum(w for w, _ in values)
        mean = sum(w * v for w, v in values) / total
        cv = math.sqrt(sum(w * (v - mean) ** 2 for w, v in values) / total) / mean
        if cv > cone["limit"] * (1 + 1e-9):
            wrong.append(f"cone {index}: {cv}")
    for index, cap in enumerate(problem["caps"]):
        if sum(factor * sum(levels[at] for at in pools[pool]) for pool, factor in cap["terms"]) > cap["most"] + 1e-9:
            wrong.append(f"cap {index}")
    return wrong


# Buying alone, as counties do it. Each row has one site, each site one row and one cone: so `counties.py` states them.


def units(row, aim):
    """Whole units that a row needs to reach its aim."""
    return max(0, math.ceil((aim - row["start"]) / row["terms"][0][1] - 1e-9))


def even_out(cone, factor, levels):
    """Units, each where it does the coefficient most good, until the limit holds."""
    weight = [m["weight"] for m in cone["members"]]
    site, each = [m["terms"][0][0] for m in cone["members"]], [m["terms"][0][1] for m in cone["members"]]
    value = [m["start"] + c * levels[at] for m, at, c in zip(cone["members"], site, each)]
    total, squares = sum(w * v for w, v in zip(weight, value)), sum(w * v * v for w, v in zip(weight, value))
    # With each = units ÷ pupils, a unit adds the same to the total anywhere: the best is where the square grows least.
    heap = [(w * c * (2 * v + c), i) for i, (w, c, v) in enumerate(zip(weight, each, value))]
    heapq.heapify(heap)
    while squares > factor * total * total * (1 - 1e-12):
        grows, i = heapq.heappop(heap)
        levels[site[i]] += 1
        squares, total, value[i] = squares + grows, total + weight[i] * each[i], value[i] + each[i]
        heapq.heappush(heap, (weight[i] * each[i] * (2 * value[i] + each[i]), i))
    return levels


def school_by_school(problem, seconds, gap):
    """Every school up to the standard in all, then the poorest up to the mean until the coefficients hold."""
    started = time.perf_counter()
    _, factors = stated(problem)
    levels = [0] * len(problem["sites"])
    for row in problem["rows"]:
        levels[row["terms"][0][0]] = units(row, row["need"])
    for cone in problem["cones"]:
        members = [(m["weight"], m["start"], *m["terms"][0]) for m in cone["members"]]
        while True:
            values = [(w, start + each * levels[at]) for w, start, at, each in members]
            total = sum(w for w, _ in values)
            mean = sum(w * v for w, v in values) / total
            if math.sqrt(sum(w * (v - mean) ** 2 for w, v in values) / total) <= cone["limit"] * mean:
                break
            poorest = min(range(len(values)), key=lambda i: values[i][1])
            _, start, at, each = members[poorest]
            levels[at] = max(levels[at] + 1, math.ceil((mean - start) / each))
    return {"levels": levels, "bound": None, "seconds": time.perf_counter() - started}


def greedy(problem, seconds, gap):
    """Purchases only; each school leaves what is dearest to it; then one school's choice after another, as long as it gets cheaper."""
    started = time.perf_counter()
    _, factors = stated(problem)
    rows = problem["rows"]
    price = [problem["pools"][problem["sites"][row["terms"][0][0]]["pool"]]["price"] for row in rows]
    of_choice = {}
    for index, row in enumerate(rows):
        of_choice.setdefault(row["choice"], []).append(index)
    cone_of = {m["terms"][0][0]: k for k, cone in enumerate(problem["cones"]) for m in cone["members"]}
    in_cone = [[] for _ in problem["cones"]]
    for index, row in enumerate(rows):
        in_cone[cone_of[row["terms"][0][0]]].append(index)
    saves = [price[i] * (units(row, row["need"]) - units(row, row["left"])) for i, row in enumerate(rows)]
    left = {choice: max(of, key=lambda i: saves[i]) for choice, of in of_choice.items()}

    def plan_cone(k, left_rows):
        levels = {}
        for i in in_cone[k]:
            levels[rows[i]["terms"][0][0]] = units(rows[i], rows[i]["left"] if i in left_rows else rows[i]["need"])
        even_out(problem["cones"][k], factors[k], levels)
        return price[in_cone[k][0]] * sum(levels.values()), levels

    chosen = set(left.values())
    plans = [plan_cone(k, chosen) for k in range(len(factors))]
    better = True
    while better and time.perf_counter() - started < seconds:
        better = False
        for choice, of in of_choice.items():
            for i in of:
                old = left[choice]
                if i == old or saves[i] <= 0 or time.perf_counter() - started >= seconds:
                    continue
                then = chosen - {old} | {i}
                pair = {k: plan_cone(k, then) for k in {cone_of[rows[j]["terms"][0][0]] for j in (i, old)}}
                if sum(plan[0] - plans[k][0] for k, plan in pair.items()) < -1e-9:
                    left[choice], chosen, better = i, then, True
                    for k, plan in pair.items():
                        plans[k] = plan
    levels = [0] * len(problem["sites"])
    for _, of_cone in plans:
        for at, level in of_cone.items():
            levels[at] = level
    return {"levels": levels, "bound": None, "seconds": time.perf_counter() - started}


def highs(problem, seconds, gap):
    """Tangent cuts of the cones: rounds of linear programmes, then mixed-integer ones, each plan mended by buying."""
    import highspy
    import numpy as np

    started = time.perf_counter()
    left_over = lambda: seconds - (time.perf_counter() - started)
    pools, factors = stated(problem)
    sites, rows, cones = problem["sites"], problem["rows"], problem["cones"]
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("threads", 1)
    infinite = highspy.kHighsInf
    integers = []

    def column(price, low, high, whole):
        h.addCol(price, low, high, 0, np.array([], dtype=np.int32), np.array([]))
        if whole:
            integers.append(h.getNumCol() - 1)
        return h.getNumCol() - 1

    def constrain(entries, low, high):
        sums = {}
        for at, value in entries:
            sums[at] = sums.get(at, 0.0) + value
        h.addRow(low, high, len(sums), np.array(list(sums), dtype=np.int32), np.array(list(sums.values())))

    up, down = [], []
    for site in sites:
        pool = problem["pools"][site["pool"]]
        price, moving = pool["price"] or 0.0, pool["move_cost"]
        up.append(column(price, 0, infinite if site["takes"] is None else site["takes"], True))
        down.append(column((moving or 0.0) - price, 0, site["gives"] if moving is not None else 0, True))
    level = lambda at, each: [(up[at], each), (down[at], -each)]
    for pool, of in zip(problem["pools"], pools):
        constrain([entry for at in of for entry in level(at, 1.0)], 0, infinite if pool["price"] is not None else 0)
    of_choice = {}
    for row in rows:
        each = row["terms"][0][1] or 1.0
        entries = [entry for at, value in row["terms"] for entry in level(at, value / each)]
        # Whole units: the same sharpening that ours does.
        whole = all(abs(value - each) < 1e-12 for _, value in row["terms"])
        sharp = (lambda aim: math.ceil((aim - row["start"]) / each - 1e-9)) if whole else (lambda aim: (aim - row["start"]) / each)
        need = sharp(row["need"])
        if row["choice"] is not None and row["left"] is not None:
            leave = column(0, 0, 1, True)
            of_choice.setdefault(row["choice"], []).append(leave)
            entries.append((leave, float(need - sharp(row["left"]))))
        constrain(entries, need, infinite)
    for choice, leaves in of_choice.items():
        constrain([(at, 1.0) for at in leaves], -infinite, problem["choices"][choice])
    for cap in problem["caps"]:
        constrain([entry for pool, factor in cap["terms"] for at in pools[pool] for entry in level(at, factor)], -infinite, cap["most"])
    # By cone: its sum R, by member W ≥ w·v²/R, and Σ W ≤ factor · R; all in parts of the sum at the start.
    scale = [sum(m["weight"] * m["start"] for m in cone["members"]) for cone in cones]
    total, parts = [], []
    for cone, size, factor in zip(cones, scale, factors):
        total.append(column(0, 0, infinite, False))
        parts.append([column(0, 0, infinite, False) for _ in cone["members"]])
        entries = [(total[-1], -1.0)]
        for m in cone["members"]:
            entries += [entry for at, each in m["terms"] for entry in level(at, m["weight"] * each / size)]
        constrain(entries, -1.0, -1.0)
        constrain([(at, 1.0) for at in parts[-1]] + [(total[-1], -1.0)], -infinite, 0)

    def cut(k, i, a):
        """W/(factor·size) ≥ w (2a v − a² R) ÷ (factor · size), with a = v/R somewhere."""
        m, size, factor = cones[k]["members"][i], scale[k], factors[k]
        by = m["weight"] / (factor * size)
        entries = [(parts[k][i], 1.0), (total[k], by * a * a * size)]
        entries += [(at, -value) for site, each in m["terms"] for at, value in level(site, 2 * a * each * by)]
        constrain(entries, 2 * a * m["start"] * by, infinite)

    def read():
        x = h.getSolution().col_value
        return x, [x[u] - x[d] for u, d in zip(up, down)]

    def cuts_at(x, levels, least):
        added = 0
        for k, cone in enumerate(cones):
            values = [m["start"] + sum(each * levels[at] for at, each in m["terms"]) for m in cone["members"]]
            sums = sum(m["weight"] * v for m, v in zip(cone["members"], values))
            squares = sum(m["weight"] * v * v for m, v in zip(cone["members"], values))
            if squares <= factors[k] * sums * sums * (1 + least):
                continue
            for i, (m, v) in enumerate(zip(cone["members"], values)):
                if m["weight"] * v * v / sums / (factors[k] * scale[k]) > x[parts[k][i]] + 1e-9:
                    cut(k, i, v / sums)
                    added += 1
        return added

    for k, cone in enumerate(cones):
        for i, m in enumerate(cone["members"]):
            cut(k, i, m["start"] / scale[k])
    best, bound, whole = None, 0.0, False
    for _ in range(60):
        if left_over() <= 0:
            break
        h.setOptionValue("time_limit", h.getRunTime() + left_over())
        h.run()
        if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            break
        bound = h.getInfo().objective_function_value
        if not cuts_at(*read(), 1e-5):
            break
    for at in integers:
        h.changeColIntegrality(at, highspy.HighsVarType.kInteger)
    while left_over() > 0:
        h.setOptionValue("time_limit", h.getRunTime() + max(0.05, left_over()))
        h.setOptionValue("mip_rel_gap", gap / 2)
        h.run()
        bound = max(bound, h.getInfo().mip_dual_bound)
        if not h.getSolution().value_valid:
            break
        x, levels = read()
        levels = [round(level) for level in levels]
        mended = list(levels)
        for cone, factor in zip(cones, factors):
            even_out(cone, factor, mended)
        yuan = cost(problem, mended)
        if (best is None or yuan < best[0]) and not faults(problem, mended):
            best = (yuan, mended)
        if best and best[0] - bound <= gap * best[0]:
            break
        if not cuts_at(x, levels, 1e-9):
            break
    return {"levels": best and best[1], "bound": bound, "seconds": time.perf_counter() - started}


def scip(problem, seconds, gap):
    """The cones as they are: SCIP linearises them itself."""
    import pyscipopt

    started = time.perf_counter()
    pools, factors = stated(problem)
    model = pyscipopt.Model()
    model.hideOutput()
    model.setParam("limits/time", seconds)
    model.setParam("limits/gap", gap)
    total = pyscipopt.quicksum
    up, down = [], []
    for site in problem["sites"]:
        pool = problem["pools"][site["pool"]]
        price, moving = pool["price"] or 0.0, pool["move_cost"]
        up.append(model.addVar(vtype="I", lb=0, ub=site["takes"], obj=price))
        down.append(model.addVar(vtype="I", lb=0, ub=site["gives"] if moving is not None else 0, obj=(moving or 0.0) - price))
    level = [u - d for u, d in zip(up, down)]
    for pool, of in zip(problem["pools"], pools):
        bought = total(level[at] for at in of)
        model.addCons(bought >= 0 if pool["price"] is not None else bought == 0)
    leaves = {}
    for row in problem["rows"]:
        each = row["terms"][0][1] or 1.0
        whole = all(abs(value - each) < 1e-12 for _, value in row["terms"])
        sharp = (lambda aim: math.ceil((aim - row["start"]) / each - 1e-9)) if whole else (lambda aim: (aim - row["start"]) / each)
        need, given = sharp(row["need"]), total(value / each * level[at] for at, value in row["terms"])
        if row["choice"] is not None and row["left"] is not None:
            leave = model.addVar(vtype="B")
            leaves.setdefault(row["choice"], []).append(leave)
            given = given + float(need - sharp(row["left"])) * leave
        model.addCons(given >= need)
    for choice, of in leaves.items():
        model.addCons(total(of) <= problem["choices"][choice])
    for cap in problem["caps"]:
        model.addCons(total(factor * level[at] for pool, factor in cap["terms"] for at in pools[pool]) <= cap["most"])
    for cone, factor in zip(problem["cones"], factors):
        size = math.sqrt(factor) * sum(m["weight"] * m["start"] for m in cone["members"])
        legs = []
        for m in cone["members"]:
            leg = model.addVar(lb=0)
            root = math.sqrt(m["weight"]) / size
            model.addCons(leg == root * m["start"] + total(root * each * level[at] for at, each in m["terms"]))
            legs.append(leg)
        longest = model.addVar(lb=0)
        by = math.sqrt(factor) / size
        terms = total(by * m["weight"] * each * level[at] for m in cone["members"] for at, each in m["terms"])
        model.addCons(longest == 1.0 + terms)
        model.addCons(total(leg * leg for leg in legs) <= longest * longest)
    model.optimize()
    levels = None
    if model.getNSols():
        levels = [round(model.getVal(u)) - round(model.getVal(d)) for u, d in zip(up, down)]
        # SCIP holds a cone to 1e-6; what that lets through is mended as for HiGHS.
        for cone, factor in zip(problem["cones"], factors):
            even_out(cone, factor, levels)
    return {"levels": levels, "bound": model.getDualbound(), "seconds": time.perf_counter() - started}


WAYS = {"highs": highs, "scip": scip, "greedy": greedy, "school-by-school": school_by_school}
