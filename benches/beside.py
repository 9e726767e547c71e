"""What the benches of a folder of their own share: a throw-away environment, a release build, the machine written down, results kept."""

import datetime
import hashlib
import json
import os
import pathlib
import platform
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
WORK = ROOT / "target/bench"
ABOVE = 0.5


def environment(name, requirements):
    """The Python of an environment that holds these packages; made once for each version of the list."""
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = WORK / f"{name}-{wanted}"
    python = folder / "bin/python"
    if not (folder / "complete").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
        (folder / "complete").touch()
    return python


def built(*words):
    """The folder of the release build, after building what is named."""
    subprocess.run(["cargo", "build", "--release", *words], cwd=ROOT, check=True)
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"


def machine():
    def line(*command):
        try:
            return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()
        except OSError:
            return ""

    model = next((row.split(":", 1)[1].strip() for row in open("/proc/cpuinfo") if row.startswith("model name")), platform.processor())
    return {
        "cpu": model, "cores": len(os.sched_getaffinity(0)), "kernel": platform.release(), "python": platform.python_version(),
        "commit": line("git", "rev-parse", "--short=12", "HEAD"), "rustc": line("rustc", "--version"),
        "load_before": os.getloadavg()[0], "steal_ticks": steal(),
    }


def steal():
    return int(pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[8])


def keep(what, before, tables, results):
    """Writes down a measurement, to read and with every row; a table is a title and rows of one shape."""
    taken = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    after, stolen = os.getloadavg()[0], steal() - before["steal_ticks"]
    command = " ".join(["python3", *(word.replace(str(ROOT) + "/", "") for word in sys.argv)])
    lines = [f"# {what}, {taken[:10]}", "", f"`{command}`", ""]
    lines += [f"{before['cpu']}, {before['cores']} cores, Linux {before['kernel']}; {before['rustc']}; Python {before['python']}; commit {before['commit']}."]
    lines += [f"Load before {before['load_before']:.2f}, after {after:.2f}; ticks stolen by the host: {stolen}.", ""]
    if before["load_before"] > ABOVE:
        lines += [f"The machine was busy before it began (load above {ABOVE}): times are not to be quoted.", ""]
    for title, rows in tables:
        heads = list(dict.fromkeys(head for row in rows for head in row))
        lines += [f"## {title}", "", "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
        lines += ["| " + " | ".join(str(row.get(head, "")) for head in heads) + " |" for row in rows]
        lines.append("")
    results.mkdir(parents=True, exist_ok=True)
    stem = f"{taken[:10]}-{what}"
    # A result is never overwritten: the second of a day gets its time as well.
    if (results / f"{stem}.json").exists():
        stem += taken[10:19].replace(":", "")
    record = dict(what=what, taken=taken, command=command, machine=before, load_after=after, steal_ticks=stolen, tables=tables)
    (results / f"{stem}.md").write_text("\n".join(lines), encoding="utf-8")
    (results / f"{stem}.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    print("\n".join(lines))
