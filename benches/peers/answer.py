"""What every peer does alike: its command line, its inside clock and the shape of its answer."""

import argparse
import json
import time


def arguments(*more):
    """`--out ANSWER.json`, the input files, and what else a peer wants."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+")
    parser.add_argument("--out", required=True)
    for name in more:
        parser.add_argument(name)
    return parser.parse_args()


class Clock:
    """Seconds since the libraries were loaded, so that Python's own start is not held against the peer."""

    def __init__(self):
        self.started = time.perf_counter()
        self.last = self.started
        self.steps = {}

    def step(self, name):
        now = time.perf_counter()
        self.steps[name] = round(now - self.last, 4)
        self.last = now

    def give(self, out, result):
        """Writes the answer; writing it is part of the work."""
        with open(out, "w", encoding="utf-8") as file:
            json.dump({"result": result}, file, ensure_ascii=False)
        self.step("answer")
        with open(out + ".clock", "w", encoding="utf-8") as file:
            json.dump({"inside": time.perf_counter() - self.started, "steps": self.steps}, file)
