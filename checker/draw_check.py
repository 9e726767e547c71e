#!/usr/bin/env python3
"""Recomputes a draw from its published files, with nothing but Python's standard library.

用法：python3 draw_check.py 公布的文件夹 [受理号]        Use: python3 draw_check.py FOLDER [RECEIPT]
It follows docs/concepts/draws.md and shares no line with the program that held the draw. Exit 0: all follows; 1: something does not.
"""
import hashlib
import pathlib
import sys

P = "junheng-draw/1"


def need(holds, zh, en):
    if not holds:
        raise ValueError(f"{zh} / {en}")


def sha(data):
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode("utf-8")).hexdigest()


# Ed25519, RFC 8032, verification only.
Q, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, -1, Q) % Q, pow(2, (Q - 1) // 4, Q)


def add(a, b):
    (x, y, z, t), (u, v, w, s) = a, b
    e, f = (y - x) * (v - u) % Q, (y + x) * (v + u) % Q
    g, h = 2 * t * s * D % Q, 2 * z * w % Q
    return (f - e) * (h - g) % Q, (h + g) * (f + e) % Q, (h - g) * (h + g) % Q, (f - e) * (f + e) % Q


def times(n, a):
    sum_ = (0, 1, 1, 0)
    while n:
        if n & 1:
            sum_ = add(sum_, a)
        a, n = add(a, a), n >> 1
    return sum_


def point(data):
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if y >= Q:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, Q) % Q
    x = pow(square, (Q + 3) // 8, Q)
    x = x * ROOT % Q if (x * x - square) % Q else x
    if (x * x - square) % Q or (x == 0 and sign):
        return None
    x = Q - x if x & 1 != sign else x
    return x, y, 1, x * y % Q


def signed(key, message, signature):
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    base_y = 4 * pow(5, -1, Q) % Q
    left, right = times(s, point(base_y.to_bytes(32, "little"))), add(r, times(k, a))
    return (left[0] * right[2] - right[0] * left[2]) % Q == 0 and (left[1] * right[2] - right[1] * left[2]) % Q == 0


class Stream:
    def __init__(self, seed, name):
        self.key, self.block, self.numbers = bytes.fromhex(sha(f"{P} stream\n{seed}\n{name}\n")), 0, []

    def next(self):
        if not self.numbers:
            data = hashlib.sha256(self.key + self.block.to_bytes(8, "big")).digest()
            self.numbers = [int.from_bytes(data[i:i + 8], "big") for i in (0, 8, 16, 24)]
            self.block += 1
        return self.numbers.pop(0)

    def below(self, n):
        while True:
            number = self.next()
            if number < 2**64 - 2**64 % n:
                return number % n


def order_number(n, stream, settings, value_of):
    order = list(range(n))
    for last in range(n - 1, 0, -1):
        other = stream.below(last + 1)
        order[last], order[other] = order[other], order[last]
    return [(lot, "") for lot in order]


def random_number(n, stream, settings, value_of):
    digits, lot_of = int(settings["digits"]), {}
    for lot in range(n):
        number = stream.below(10**digits)
        while number in lot_of:
            number = stream.below(10**digits)
        lot_of[number] = lot
    return [(lot_of[number], f"{number:0{digits}d}") for number in sorted(lot_of)]


def ring(n, stream, settings, value_of):
    left, order = list(range(n)), []
    at = (int(value_of[settings["start"]]) - 1) % n if "start" in settings else stream.below(n)
    interval = int(value_of[settings["interval"]]) if "interval" in settings else stream.below(n) + 1
    while left:
        order.append(left.pop(at))
        at = (at + interval - 1) % len(left) if left else 0
    return [(lot, str(lot + 1)) for lot in order]


METHODS = {"order-number 1": order_number, "random-number 1": random_number, "ring 1": ring,
           "seed 1": lambda n, *_: [(lot, "") for lot in range(n)]}


def check(folder):
    names = ("draw.txt", "list.csv", "commitments.txt", "reveals.txt", "result.csv", "certificate.txt")
    text = {name: pathlib.Path(folder, name).read_bytes().decode("utf-8") for name in names}
    draw, settings, places, witnesses, words = sha(text["draw.txt"]), {}, {}, {}, {}
    lines = text["draw.txt"].split("\n")[:-1]
    need(lines[0] == f"{P} draw", "draw.txt 不是这版协议", "draw.txt is of another protocol")
    for line in lines[1:]:
        word, rest = line.split(" ", 1)
        if word in ("set", "places", "witness"):
            name, value = rest.rsplit(" ", 1)
            {"set": settings, "places": places, "witness": witnesses}[word][name] = value
        else:
            words[word] = rest
    need(sha(text["list.csv"]) == words["list"], "list.csv 与公布的哈希不符", "list.csv does not fit its published hash")
    rows = [line.split(",") for line in text["list.csv"].split("\n")[:-1]]
    need(rows[0] == ["pool", "receipt", "bound"], "名单首行不对", "the head of the list is wrong")
    keys = [(row[0].encode(), row[1].encode()) for row in rows[1:]]
    need(keys == sorted(set(keys)), "名单没有排序或有重复", "the list is not sorted, or an entry stands twice")

    promised = text["commitments.txt"].split("\n")[:-1]
    need(promised[:2] == [f"{P} commitments", f"draw {draw}"], "承诺是别次派位的", "the commitments are of another draw")
    promised = dict(line.split(" ") for line in promised[2:])
    need(list(promised) == [w for w in witnesses if witnesses[w] == "commit"], "承诺不齐", "commitments are missing")
    shown = text["reveals.txt"].split("\n")[:-1]
    need(shown[:2] == [f"{P} reveals", f"draw {draw}"], "公开的内容不属于这次派位", "the reveals are of another draw")
    value_of = {}
    need([line.split(" ", 1)[0] for line in shown[2:]] == list(witnesses), "公开的人不齐", "a witness has not spoken")
    for line in shown[2:]:
        name, mark, value = line.split(" ", 2)
        if mark == "missing":
            need(words["missing"] == "leave-out" and witnesses[name] == "commit", f"{name} 不能缺席", f"{name} may not be missing")
            continue
        value_of[name] = value
        if witnesses[name] == "public":
            need(mark == "public", f"{name} 应当场公开", f"{name} must be public")
        else:
            bound = sha(f"{P} commit\n{draw}\n{name}\n{mark}\n{value}\n")
            need(bound == promised[name], f"{name} 公开的内容与承诺不符", f"{name} does not show what it was bound to")
    seed = sha(text["reveals.txt"])

    own = ["pool,order,number,receipt,outcome"]
    for pool in sorted({row[0] for row in rows[1:]}, key=str.encode):
        lots = {}
        for row in rows[1:]:
            if row[0] == pool:
                lots.setdefault(row[2] or (row[1],), []).append(row[1])
        lots, filled = list(lots.values()), 0
        drawn = METHODS[words["method"]](len(lots), Stream(seed, f"pool {pool}"), settings, value_of)
        for order, (lot, number) in enumerate(drawn, 1):
            left = int(places[pool]) - filled
            admitted = left >= len(lots[lot]) or (left > 0 and words["bound"] == "over")
            filled += len(lots[lot]) if admitted else 0
            own += [f"{pool},{order},{number},{r},{'admitted' if admitted else 'waiting'}" for r in lots[lot]]
    result = text["result.csv"].split("\n")[:-1]
    for index, (mine, theirs) in enumerate(zip(own, result), 1):
        need(mine == theirs, f"result.csv 第 {index} 行应为“{mine}”", f"line {index} of result.csv should be `{mine}`")
    need("\n".join(own) + "\n" == text["result.csv"], "result.csv 的行数不对", "result.csv has other lines")

    n_admitted = sum(line.endswith(",admitted") for line in own)
    statement = (f"{P} certificate\ndraw {draw}\nseed {seed}\nresult {sha(text['result.csv'])}\n"
                 f"rows {len(own) - 1}\nadmitted {n_admitted}\n")
    need(text["certificate.txt"].startswith(statement), "证书与文件不符", "the certificate does not fit the files")
    signature = text["certificate.txt"][len(statement):].split()
    need(len(signature) == 2 and signature[0] == "signature", "证书没有签名", "the certificate is not signed")
    need(signed(bytes.fromhex(words["key"]), statement.encode(), bytes.fromhex(signature[1])), "签名不符", "wrong signature")
    return words["title"], draw, own


def main(words):
    if len(words) not in (2, 3):
        return print(__doc__) or 2
    try:
        title, draw, rows = check(words[1])
    except (OSError, ValueError, KeyError, IndexError) as wrong:
        print(f"✗ 不符 / does not follow: {wrong}")
        return 1
    print(f"✓ 全部重新算过，一致 / recomputed, all follows: {title} · {draw} · {len(rows) - 1}")
    print("\n".join(row for row in rows[1:] if len(words) == 3 and row.split(",")[3] == words[2]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
