"""Read, shingle and 112 MinHash values, one thread: ours beside rensa and datasketch.

    build/venv/bin/python bench/near_sketch.py en.jsonl zh.jsonl

Ours is the program near_sketch_bench of the release preset: JSONL to band keys, parsing and
validation included. The peers get a generator of texts (json.loads), shingle in Python, which is
how both are used, and sign with 112 permutations; they see the first megabytes of a file only
(--peer-mb). All run in turns, each in a fresh process; what counts is processor time and the median
of the rounds' ratios, because a machine that is busy is busy for both. A peer that is not installed
(pip install rensa datasketch) is left out and named.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PERMUTATIONS = 112
RULES = ("units:5", "words:5", "chars:5")
PEERS = ("rensa", "datasketch")


def texts_of(path, bytes_max):
    """Texts of the first `bytes_max` bytes of rows, and how many bytes those rows have."""
    read = 0
    with open(path, "rb") as file:
        for line in file:
            read += len(line)
            yield json.loads(line)["text"], read
            if read >= bytes_max:
                return


def shingles_of(text, rule):
    unit, length = rule.split(":")
    length = int(length)
    if unit == "chars":
        return [text[i : i + length] for i in range(max(1, len(text) - length + 1))]
    words = text.split()
    return [" ".join(words[i : i + length]) for i in range(max(1, len(words) - length + 1))]


def peer_run(peer, path, rule, bytes_max):
    if peer == "rensa":
        import rensa

        def sign(shingles):
            minhash = rensa.RMinHash(num_perm=PERMUTATIONS, seed=42)
            minhash.update(shingles)
            return minhash.digest()
    else:
        import datasketch

        def sign(shingles):
            minhash = datasketch.MinHash(num_perm=PERMUTATIONS)
            minhash.update_batch([shingle.encode() for shingle in shingles])
            return minhash.digest()

    start, start_cpu = time.perf_counter(), time.process_time()
    for text, read in texts_of(path, bytes_max):
        sign(shingles_of(text, rule))
    seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    print(json.dumps({"bytes": read, "seconds": seconds, "cpu_seconds": cpu}))


def timed(command):
    done = subprocess.run(command, check=True, capture_output=True)
    found = json.loads(done.stdout)
    return found["bytes"] / found["cpu_seconds"] / 1e6


def compare(path, rule, arguments):
    ours = [arguments.program, path, rule]
    theirs = {
        peer: [sys.executable, __file__, "--peer", peer, "--rule", rule, path,
               "--peer-mb", str(arguments.peer_mb)]
        for peer in PEERS
        # units:5 is ours alone: in Python no list of words says what a unit is.
        if importlib.util.find_spec(peer) and rule != "units:5"
    }
    speeds = {name: [] for name in ("ours", *theirs)}
    for _ in range(arguments.rounds):
        speeds["ours"].append(timed(ours))
        for peer, command in theirs.items():
            speeds[peer].append(timed(command))
    for name, found in speeds.items():
        ratio = ""
        if name != "ours":
            times = statistics.median(a / b for a, b in zip(speeds["ours"], found))
            ratio = f"  ours is {times:.0f}x"
        print(f"{Path(path).name:16} {rule:8} {name:11} best {max(found):7.1f} MB/s,"
              f" median {statistics.median(found):7.1f}{ratio}", flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("inputs", nargs="+", help="JSONL files with a text field")
    parser.add_argument("--program", default=ROOT / "build/release/bin/near_sketch_bench")
    parser.add_argument("--rules", nargs="+", default=RULES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer-mb", type=float, default=20, help="how much the peers get")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--rule", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        peer_run(arguments.peer, arguments.inputs[0], arguments.rule, arguments.peer_mb * 1e6)
        return
    for peer in PEERS:
        known = importlib.util.find_spec(peer)
        print(f"{peer} {importlib.metadata.version(peer)}" if known else f"{peer}: not installed")
    for path in arguments.inputs:
        for rule in arguments.rules:
            compare(path, rule, arguments)


if __name__ == "__main__":
    main()
