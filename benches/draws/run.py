#!/usr/bin/env python3
"""A year's draw and its first minute: prepare, run and verify 60,000 children, the stranger's program on the same files, then parents at the query page.

    python3 benches/draws/run.py          # builds, measures: about 3 minutes

Only Python's standard library.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import beside  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, help="the release binary (default: it is built)")
    parser.add_argument("--children", type=int, default=60_000)
    parser.add_argument("--pools", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--questions", type=int, default=50_000)
    parser.add_argument("--seconds", type=int, default=60, help="over which the questions are spread; then once more as fast as they are answered")
    parser.add_argument("--results", type=pathlib.Path, default=HERE.parent / "results")
    asked = parser.parse_args()
    binary = (asked.bin or beside.built("--package", "junheng") / "junheng").resolve()
    work = beside.WORK / "draws"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    before = beside.machine()
    tables = [("A draw, whole processes", hold(binary, work, asked))]
    tables.append((f"{asked.questions} questions of parents, client on the same cores", answer(binary, work, asked)))
    beside.keep("draws", before, tables, asked.results)


def run(binary, work, *words):
    began = time.perf_counter()
    done = subprocess.run([binary, *words, "--home", work / "home"], cwd=work, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return time.perf_counter() - began, done.stdout


def hold(binary, work, asked):
    r, lines = random.Random(1), []
    for child in range(asked.children):
        # One in fifty is bound to the next.
        bound = f"t{child // 2}" if child // 2 % 50 == 0 else ""
        lines.append(f"school{child // 2 % asked.pools:03d},{child:06d},{bound}\n")
    r.shuffle(lines)
    (work / "list.csv").write_text("pool,receipt,bound\n" + "".join(lines), encoding="utf-8")
    pools = sorted({line.split(",")[0] for line in lines})
    places = [word for pool in pools for word in ("--places", f"{pool}={asked.children // len(pools) * 3 // 4}")]
    rows, taken = [], []
    seconds, _ = run(binary, work, "draw", "prepare", "--list", "list.csv", "--title", "bench", "--witness", "a", "--out", "draw", *places)
    rows.append(dict(what="prepare", seconds=round(seconds, 3)))
    _, said = run(binary, work, "draw", "commit", "draw", "--witness", "a", "--value", "v", "--format", "json")
    run(binary, work, "draw", "reveal", "draw", "--witness", "a", "--value", "v", "--salt", json.loads(said)["salt"], "--format", "json")
    for _ in range(asked.rounds):
        for name in ("result.csv", "certificate.txt"):
            (work / "draw" / name).unlink(missing_ok=True)
        taken.append(run(binary, work, "draw", "run", "draw")[0])
    taken.sort()
    rows.append(dict(what=f"run: median of {asked.rounds}", seconds=round(taken[len(taken) // 2], 3), most=round(taken[-1], 3)))
    taken = sorted(run(binary, work, "draw", "verify", "draw")[0] for _ in range(asked.rounds))
    rows.append(dict(what=f"verify: median of {asked.rounds}", seconds=round(taken[len(taken) // 2], 3), most=round(taken[-1], 3)))
    began = time.perf_counter()
    subprocess.run([sys.executable, beside.ROOT / "checker/draw_check.py", work / "draw"], check=True, stdout=subprocess.DEVNULL)
    rows.append(dict(what="checker/draw_check.py", seconds=round(time.perf_counter() - began, 3)))
    return [dict(children=asked.children, pools=len(pools), **row) for row in rows]


def answer(binary, work, asked):
    rows = (work / "draw/result.csv").read_text(encoding="utf-8").splitlines()[1:]
    counted = f"{len(rows)}/{sum(row.endswith(',admitted') for row in rows)}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # All questions come from one address here, as they never do; the limit for one address is measured by its test.
    server = subprocess.Popen([binary, "draw", "serve", "draw", "--release", counted, "--port", str(port), "--per-minute", "0", "--home", work / "home"], cwd=work, stdout=subprocess.DEVNULL)
    try:
        until = time.time() + 60
        while time.time() < until:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        measured = []
        for seconds in (asked.seconds, 0):
            words = [sys.executable, HERE / "query.py", "--port", port, "--receipts", work / "draw/list.csv", "--questions", asked.questions, "--seconds", seconds]
            done = subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True)
            measured.append(dict(spread=f"over {seconds} s" if seconds else "as fast as answered", **json.loads(done.stdout)))
        ticks = sum(map(int, open(f"/proc/{server.pid}/stat").read().rsplit(")", 1)[1].split()[11:13]))
        measured.append(dict(spread="server, both together", cpu_s=ticks / os.sysconf("SC_CLK_TCK")))
        return measured
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    sys.exit(main())
