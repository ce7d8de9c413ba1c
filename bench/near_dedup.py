#!/usr/bin/env python3
"""corpusmill dedup --near from JSONL to published rows: wall, processor time, memory.

    bench/near_dedup.py en-1g.jsonl zh-1g.jsonl --threads 1 2

Everything is in the figure: three reads, verification, the kept rows and the dropped ones synced to
disk. Beside it stands a plain copy of the file with fsync. The outputs of all runs must be equal.
"""

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def copy_seconds(source, target):
    begin = time.monotonic()
    with open(source, "rb") as reader, open(target, "wb") as writer:
        shutil.copyfileobj(reader, writer, 1 << 20)
        os.fsync(writer.fileno())
    return time.monotonic() - begin


def dedup(command):
    """Wall seconds, processor seconds, MiB."""
    begin = time.monotonic()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"failed: {command}")
    seconds = time.monotonic() - begin
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha1").hexdigest()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", help="JSONL with a text field")
    parser.add_argument("--corpusmill", default="build/release/bin/corpusmill")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", default="4GiB")
    parser.add_argument("--folder", help="where outputs are made; default: the system's")
    options = parser.parse_args()
    for file in options.files:
        megabytes = Path(file).stat().st_size / 1e6
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            output = Path(folder) / "unique.jsonl"
            runs = {threads: [] for threads in options.threads}
            copies, digests = [], set()
            for _ in range(options.rounds):
                copies.append(copy_seconds(file, output))
                for threads, done in runs.items():
                    command = [options.corpusmill, "dedup", "--near", file, "-o", output, "-q"]
                    command += ["--threads", str(threads), "--memory", options.memory]
                    done.append(dedup(list(map(str, command))))
                    digests.add(digest(output))
            print(f"{file}, {megabytes:,.0f} MB; a copy with fsync takes {min(copies):.1f} s")
            for threads, done in runs.items():
                wall, cpu, memory = zip(*done)
                print(
                    f"  {threads} threads: {min(wall):6.1f} s [{statistics.median(wall):.1f}], "
                    f"{megabytes / min(wall):5.0f} MB/s, {min(cpu):6.1f} s CPU, "
                    f"{max(memory):,.0f} MiB at most",
                    flush=True,
                )
            if len(digests) != 1:
                sys.exit("the outputs differ")


if __name__ == "__main__":
    main()
