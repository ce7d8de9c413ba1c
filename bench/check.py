#!/usr/bin/env python3
"""`corpusmill check` against a json.loads loop and `wc -l`, on the same file, in the same run.

    bench/check.py build/release/bin/corpusmill zh.jsonl.zst en.jsonl.zst [--threads 2] [--rounds 5]

Compressed files are decompressed to a temporary folder first, so that all three read plain bytes
from the page cache. Each round runs the three one after the other; the ratios are of the minima,
and of the medians in brackets. The loop is what users run today: read a line, decode it as UTF-8,
parse it, look for the text.
"""

import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

PYTHON_LOOP = """
import json, sys
good = bad = 0
with open(sys.argv[1], "rb") as file:
    for line in file:
        try:
            row = json.loads(line.decode("utf-8"))
            if isinstance(row, dict) and isinstance(row.get("text"), str):
                good += 1
            else:
                bad += 1
        except ValueError:
            bad += 1
print(good, bad)
"""


def seconds(command):
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def plain_copy(path, folder):
    """The file itself, or its decompressed copy in `folder`."""
    tool = {".zst": "zstd", ".gz": "gzip"}.get(path.suffix)
    if tool is None:
        return path
    copy = folder / path.stem
    with open(copy, "wb") as out:
        subprocess.run([tool, "-dc", path], stdout=out, check=True)
    return copy


def measure(path, program, threads, rounds):
    commands = {
        "corpusmill check": [program, "check", path, "--threads", str(threads), "--quiet"],
        "json.loads loop": [sys.executable, "-c", PYTHON_LOOP, path],
        "wc -l": ["wc", "-l", path],
    }
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(seconds(command))
    megabytes = path.stat().st_size / 1e6
    print(f"{path.name}: {megabytes:.0f} MB, {threads} threads, {rounds} rounds")
    for name, taken in times.items():
        best, median = min(taken), statistics.median(taken)
        print(f"  {name:<18} {best:8.3f} s  [{median:8.3f}]  {megabytes / best:8.0f} MB/s")
    ours = times["corpusmill check"]
    for name in ("json.loads loop", "wc -l"):
        best = min(times[name]) / min(ours)
        median = statistics.median(times[name]) / statistics.median(ours)
        print(f"  speed relative to {name}: {best:.2f}x  [{median:.2f}x]")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the corpusmill to measure")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for path in arguments.files:
            plain = plain_copy(path, pathlib.Path(folder))
            measure(plain, arguments.program, arguments.threads, arguments.rounds)


if __name__ == "__main__":
    main()
