#!/usr/bin/env python3
"""Makes an assignment to classes again from its files, with nothing but Python's standard library and draw_check.py beside it.

用法：python3 classes_check.py 编班文件夹        Use: python3 classes_check.py FOLDER
It follows docs/concepts/classes.md and shares no line with the program that made the classes. Without input.txt (it is sealed) it checks the
draw, the sizes and the signature only. Exit 0: all follows; 1: something does not.
"""
import pathlib
import sys

from draw_check import Stream, check, need, sha, signed

P = "junheng-classes/1"


class Problem:
    def __init__(self, text):
        lines = text.split("\n")[:-1]
        need(lines[0] == f"{P} input", "input.txt 不是这版规程", "input.txt is of another specification")
        self.counts, self.scores, self.receipts, self.amounts, self.values, word = [], [], [], [], [], {}
        by_first = {}
        for line in lines[1:]:
            kind, rest = line.split(" ", 1)
            if kind == "count" or kind == "score":
                (self.counts if kind == "count" else self.scores).append(int(rest.split(" ", 1)[0]))
            elif kind == "pupil":
                receipt, bound, amounts, values = rest.split(" ")
                by_first.setdefault(receipt if bound == "-" else bound, []).append(len(self.receipts))
                self.receipts.append(receipt)
                self.amounts.append({int(a.split(":")[0]): int((a + ":1").split(":")[1]) for a in amounts.split(",") if a != "-"})
                self.values.append([int(v) for v in values.split(",") if v != "-"])
            else:
                word[kind] = rest
        need(self.receipts == sorted(set(self.receipts), key=str.encode), "受理号没有排序", "receipts are not sorted")
        self.units, self.rules = list(by_first.values()), word["rules"]
        self.k, self.slack, self.kicks, n = int(word["classes"]), int(word["slack"]), int(word["kicks"]), len(self.receipts)
        self.n = n
        self.sizes = [n // self.k + (c < n % self.k) for c in range(self.k)]
        sums = [sum(a.get(i, 0) for a in self.amounts) for i in range(len(self.counts))]
        self.spans = [(s // self.k, -(-s // self.k)) for s in sums]
        self.totals = [sum(v[i] for v in self.values) for i in range(len(self.scores))]
        self.bound = sum(w for i, w in enumerate(self.scores)
                         if (self.totals[i] - sum(self.share(i, m) for m in self.sizes)) % self.k)

    def share(self, score, m):
        return -(-m * self.totals[score] // self.n)

    def out(self, count, number):
        low, high = self.spans[count]
        return self.counts[count] * (max(0, number - high) + max(0, low - number))

    def penalty(self, counts, above):
        ranges = [w * (max(a[i] for a in above) - min(a[i] for a in above)) for i, w in enumerate(self.scores)]
        return sum(self.out(i, c[i]) for c in counts for i in range(len(self.counts))) + sum(ranges), 1 + max(ranges, default=0)

    def state(self, slots):
        counts = [[sum(self.amounts[p].get(i, 0) for u in s for p in self.units[u]) for i in range(len(self.counts))] for s in slots]
        sizes = [sum(len(self.units[u]) for u in s) for s in slots]
        above = [[sum(self.values[p][i] for u in s for p in self.units[u]) - self.share(i, m) for i in range(len(self.scores))]
                 for s, m in zip(slots, sizes)]
        return counts, above


def shuffle(things, stream):
    for last in range(len(things) - 1, 0, -1):
        other = stream.below(last + 1)
        things[last], things[other] = things[other], things[last]


def deal(problem, stream):
    room, slots = list(problem.sizes), [[] for _ in range(problem.k)]
    for size in range(max(map(len, problem.units)), 0, -1):
        units = [u for u, pupils in enumerate(problem.units) if len(pupils) == size]
        shuffle(units, stream)
        if size == 1:
            places = [c for c in range(problem.k) for _ in range(room[c])]
            for unit, c in zip(units, places):
                slots[c].append(unit)
        else:
            for unit in units:
                open_ = [c for c in range(problem.k) if room[c] >= size]
                c = open_[stream.below(len(open_))]
                slots[c].append(unit)
                room[c] -= size
    return slots


class Search:
    def __init__(self, problem, slots):
        self.problem, self.slots = problem, slots
        self.counts, self.above = problem.state(slots)
        self.factor = problem.penalty(self.counts, self.above)[1]
        self.amounts = [{i: sum(problem.amounts[p].get(i, 0) for p in unit) for p in unit for i in problem.amounts[p]} for unit in problem.units]
        self.values = [[sum(problem.values[p][i] for p in unit) for i in range(len(problem.scores))] for unit in problem.units]
        self.quiet, self.squares = set(), [2 * w * w for w in problem.scores]

    def copy(self):
        return [list(s) for s in self.slots], [list(c) for c in self.counts], [list(a) for a in self.above], self.factor, set(self.quiet)

    def back(self, kept):
        slots, counts, above, self.factor, quiet = kept
        self.slots, self.counts, self.above = [list(s) for s in slots], [list(c) for c in counts], [list(a) for a in above]
        self.quiet = set(quiet)

    def weigh(self):
        factor = self.problem.penalty(self.counts, self.above)[1]
        if factor != self.factor:
            self.factor, self.quiet = factor, set()

    def try_pass(self, p, q, limit):
        problem, made = self.problem, False
        cp, cq, ap, aq = self.counts[p], self.counts[q], self.above[p], self.above[q]
        n = range(len(self.squares))
        spare = None
        for i in range(len(self.slots[p])):
            for j in range(len(self.slots[q])):
                u, v = self.slots[p][i], self.slots[q][j]
                vu, vv, change = self.values[u], self.values[v], 0
                for s in n:
                    x = vv[s] - vu[s]
                    change += self.squares[s] * x * (x + ap[s] - aq[s])
                if spare is None:
                    spare = self.factor * sum(problem.out(c, cp[c]) + problem.out(c, cq[c]) for c in range(len(cp)))
                # Counts can gain no more than they cost now.
                if change - spare >= limit or len(problem.units[u]) != len(problem.units[v]):
                    continue
                au, av = self.amounts[u], self.amounts[v]
                moves = [(c, av.get(c, 0) - au.get(c, 0)) for c in au.keys() | av.keys() if av.get(c, 0) != au.get(c, 0)]
                for c, x in moves:
                    change += self.factor * (problem.out(c, cp[c] + x) - problem.out(c, cp[c]) + problem.out(c, cq[c] - x) - problem.out(c, cq[c]))
                if change < limit:
                    for c, x in moves:
                        cp[c], cq[c] = cp[c] + x, cq[c] - x
                    for s in n:
                        ap[s], aq[s] = ap[s] + vv[s] - vu[s], aq[s] - vv[s] + vu[s]
                    self.slots[p][i], self.slots[q][j], made, spare = v, u, True, None
        if made:
            self.quiet = {pair for pair in self.quiet if p not in pair and q not in pair}
        return made

    def improve(self):
        again = True
        while again:
            again = False
            for p in range(self.problem.k):
                for q in range(p + 1, self.problem.k):
                    # A pair of which neither has changed since a pass found nothing would find nothing again.
                    if (p, q) not in self.quiet:
                        if self.try_pass(p, q, 0):
                            again = True
                        else:
                            self.quiet.add((p, q))


def assign(problem, seed):
    stream, k = Stream(seed, "classes"), problem.k
    search = Search(problem, deal(problem, stream))
    penalty, kicks = problem.penalty(search.counts, search.above)[0], 0
    if penalty > problem.bound + problem.slack:
        search.improve()
        penalty = problem.penalty(search.counts, search.above)[0]
        search.weigh()
        kept = search.copy()
        while penalty > problem.bound + problem.slack and kicks < problem.kicks:
            kicks += 1
            for _ in range(2):
                a = stream.below(k)
                b = (a + 1 + stream.below(k - 1)) % k
                search.try_pass(min(a, b), max(a, b), 6 * search.factor)
            search.improve()
            found = problem.penalty(search.counts, search.above)[0]
            if found <= penalty:
                penalty = found
                search.weigh()
                kept = search.copy()
            else:
                search.back(kept)
        search.back(kept)
    numbers = list(range(k))
    shuffle(numbers, stream)
    rows = [(numbers[c] + 1, problem.receipts[p]) for c, slots in enumerate(search.slots) for u in slots for p in problem.units[u]]
    return "class,receipt\n" + "".join(f"{c},{r}\n" for c, r in sorted(rows, key=lambda row: (row[0], row[1].encode()))), penalty


def main(words):
    if len(words) != 2:
        return print(__doc__) or 2
    folder = pathlib.Path(words[1])
    read = lambda name: (folder / name).read_bytes().decode("utf-8")
    try:
        _, draw, _ = check(folder)
        lines = dict(line.split(" ", 1) for line in read("draw.txt").split("\n")[:-1] if not line.startswith(("set ", "places ", "witness ")))
        settings = dict(line.split(" ")[1:] for line in read("draw.txt").split("\n") if line.startswith("set "))
        need(lines["method"] == "seed 1" and settings["for"] == "classes", "不是编班", "this is no assignment to classes")
        classes, certificate = read("classes.csv"), read("classes-certificate.txt")
        said = dict(line.split(" ", 1) for line in certificate.split("\n")[:-1])
        statement, signature = certificate.rsplit("signature ", 1)
        seed = sha(read("reveals.txt"))
        need(signed(bytes.fromhex(lines["key"]), statement.encode(), bytes.fromhex(signature.strip())), "签名不符", "wrong signature")
        need((said["draw"], said["seed"], said["input"], said["result"]) == (draw, seed, settings["input"], sha(classes)), "证书与文件不符", "the certificate does not fit the files")
        if not (folder / "input.txt").exists():
            print(f"✓ 派位、签名相符；没有 input.txt，编班没有重算 / draw and signature fit; without input.txt the classes were not made again: {draw}")
            return 0
        text = read("input.txt")
        need(sha(text) == settings["input"], "input.txt 与公布的哈希不符", "input.txt does not fit its published hash")
        problem = Problem(text)
        need(sha(read("rules.toml")) == problem.rules, "rules.toml 不是封存时的", "rules.toml is not the sealed one")
        own, penalty = assign(problem, seed)
        need(own == classes, "classes.csv 不是由种子得来的", "classes.csv does not follow from the seed")
        need((said["penalty"], said["bound"]) == (str(penalty), str(problem.bound)), "不均衡分不符", "the penalty does not fit")
    except (OSError, ValueError, KeyError, IndexError) as wrong:
        print(f"✗ 不符 / does not follow: {wrong}")
        return 1
    print(f"✓ 全部重新编过，一致 / made again, all follows: {draw} · {problem.n} / {problem.k} · {penalty} (≥ {problem.bound})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
