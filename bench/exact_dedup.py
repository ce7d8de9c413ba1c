"""Exact dedup: from JSONL to the decision, and with output, beside a plain copy and Python.

    build/venv/bin/python bench/exact_dedup.py en.jsonl zh.jsonl [--folder DIR] [--rounds 3]

Per file, in turns, each in a fresh process:

- decide: the program exact_dedup_bench of the release preset, JSONL to the decision, with one
  thread and two (parsing and validation included, nothing written);
- output: `corpusmill dedup`, published and synced, with one thread and two;
- copy: read, write and fsync of the same bytes in pieces of 4 MiB;
- python: what people write: orjson (or json), xxhash (or hashlib) and a set; no output.

The output goes to --folder, which should be on the disk that matters. MB/s of JSONL: the best of
the rounds by the clock, and by processor time in brackets, because a machine may be busy. Ratios
are medians of the rounds' ratios by the clock.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PIECE = 4 << 20


def copy_run(source, target):
    with open(source, "rb") as read, open(target, "wb", buffering=0) as write:
        while piece := read.read(PIECE):
            write.write(piece)
        os.fsync(write.fileno())


def python_run(source):
    try:
        from orjson import loads
    except ImportError:
        from json import loads
    try:
        from xxhash import xxh3_128_digest as digest
    except ImportError:
        import hashlib

        def digest(text):
            return hashlib.blake2b(text, digest_size=16).digest()

    seen = set()
    with open(source, "rb") as file:
        for line in file:
            seen.add(digest(loads(line)["text"].encode()))
    return loads.__module__, len(seen)


def timed(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return seconds, cpu


def commands_for(path, folder, binaries):
    me = [sys.executable, __file__]
    commands = {}
    for threads in ("1", "2"):
        commands[f"decide, {threads} thread(s)"] = [binaries / "exact_dedup_bench", path, threads]
        commands[f"output, {threads} thread(s)"] = [
            binaries / "corpusmill", "dedup", path, "-o", folder / "kept.jsonl", "-q",
            "--threads", threads,
        ]  # fmt: skip
    commands["copy"] = [*me, "--copy-run", path, folder / "copy.jsonl"]
    commands["python"] = [*me, "--python-run", path]
    return commands


def measure(path, folder, binaries, rounds):
    megabytes = path.stat().st_size / 1e6
    taken = {}
    for _ in range(rounds):
        for name, command in commands_for(path, folder, binaries).items():
            taken.setdefault(name, []).append(timed(command))
            for output in folder.iterdir():
                output.unlink()
    print(f"{path.name}: {megabytes:.0f} MB, {rounds} rounds")
    for name, times in taken.items():
        best, cpu = (min(values) for values in zip(*times))
        print(f"  {name:<20} {megabytes / best:8.0f} MB/s  [{megabytes / cpu:6.0f} by cpu]")

    def ratio(slower, faster):
        pairs = zip(taken[slower], taken[faster])
        return statistics.median(a[0] / b[0] for a, b in pairs)

    print(f"  output against copy: {ratio('copy', 'output, 1 thread(s)'):.2f}x, "
          f"{ratio('copy', 'output, 2 thread(s)'):.2f}x with two threads")
    print(f"  one to two threads: {ratio('decide, 1 thread(s)', 'decide, 2 thread(s)'):.2f}x")
    print(f"  decide against python: {ratio('python', 'decide, 1 thread(s)'):.1f}x")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--binaries", type=Path, default=ROOT / "build/release/bin")
    parser.add_argument("--folder", type=Path, help="where outputs go (default: a temporary one)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--copy-run", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--python-run", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.copy_run:
        copy_run(*arguments.copy_run)
    elif arguments.python_run:
        print(json.dumps(python_run(arguments.python_run)))
    else:
        if arguments.folder:
            arguments.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            for path in arguments.files:
                measure(path, Path(folder), arguments.binaries, arguments.rounds)


if __name__ == "__main__":
    main()
