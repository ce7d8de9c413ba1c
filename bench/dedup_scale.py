#!/usr/bin/env python3
"""corpusmill dedup on generated corpora of growing size: time, memory and disk.

    build/venv/bin/python bench/dedup_scale.py --documents 1e6 1e7 1e8 --memory 1GiB

A document is 6 to 10 random words of 6 letters. One in ten repeats an earlier one but for its last
two letters (Jaccard 0.92 to 0.95 over chars:5), one in twenty repeats one whole. So it is known how
many must be dropped, and the share is the same at every size. Files are made in a temporary
folder, one at a time; 1e8 documents are 7 GB, and dedup needs about 20 GB of disk beside them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy

BLOCK = 20_000
WORD_BYTES = 7  # with its space
VOCABULARY = 1 << 16
HEAD, TAIL = b'{"text":"', b'"}\n'
NEAR_SHARE, EXACT_SHARE = 0.10, 0.05


def make_words(random):
    words = random.integers(ord("a"), ord("z") + 1, (VOCABULARY, WORD_BYTES), dtype=numpy.uint8)
    words[:, -1] = ord(" ")
    return words


def make_block(random, words, rows):
    """[rows, bytes] of JSONL. Repeats are of rows before them in the block, never of repeats."""
    count = int(random.integers(6, 11))
    texts = words[random.integers(0, VOCABULARY, (rows, count))].reshape(rows, -1)[:, :-1]
    first_repeat = rows - int(rows * (NEAR_SHARE + EXACT_SHARE))
    first_exact = rows - int(rows * EXACT_SHARE)
    texts[first_repeat:] = texts[random.permutation(first_repeat)[: rows - first_repeat]]
    changed = texts[first_repeat:first_exact, -2:]
    changed[:] = (changed - ord("a") + random.integers(1, 26, changed.shape)) % 26 + ord("a")
    head = numpy.broadcast_to(numpy.frombuffer(HEAD, numpy.uint8), (rows, len(HEAD)))
    tail = numpy.broadcast_to(numpy.frombuffer(TAIL, numpy.uint8), (rows, len(TAIL)))
    return numpy.concatenate([head, texts, tail], axis=1)


def generate(path, documents, seed):
    """Returns how many near and exact repeats the file has."""
    random = numpy.random.default_rng(seed)
    words = make_words(random)
    near = exact = 0
    with open(path, "wb", buffering=1 << 20) as file:
        for begin in range(0, documents, BLOCK):
            rows = min(BLOCK, documents - begin)
            file.write(make_block(random, words, rows).tobytes())
            exact += int(rows * EXACT_SHARE)
            near += int(rows * (NEAR_SHARE + EXACT_SHARE)) - int(rows * EXACT_SHARE)
    return near, exact


class DiskWatch:
    """The most bytes that the file system lost while this ran; named and unnamed files alike."""

    def __init__(self, folder):
        self.folder, self.peak = folder, 0
        self.before = self.free()
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def free(self):
        status = os.statvfs(self.folder)
        return status.f_bavail * status.f_frsize

    def watch(self):
        while not self.done.wait(0.2):
            self.peak = max(self.peak, self.before - self.free())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


def run(options, mode, source, output):
    command = [options.corpusmill, "dedup", source, "-o", output, "--json", "--quiet"]
    command += ["--memory", options.memory, "--threads", str(options.threads)]
    command += ["--tmp-dir", str(source.parent)]
    if mode == "near":
        command += ["--near", "--shingle", options.shingle]
    begin = time.monotonic()
    with DiskWatch(source.parent) as disk:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        summary = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"failed: {command}")
    books = json.loads(summary)
    return books, time.monotonic() - begin, usage, disk.peak


def find(summary, key):
    return summary[key] if key in summary else summary["books"][key]


def measure(options, documents, folder):
    source, output = folder / "corpus.jsonl", folder / "unique.jsonl"
    near, exact = generate(source, documents, options.seed)
    size = source.stat().st_size
    for mode in options.modes:
        summary, seconds, usage, disk = run(options, mode, source, output)
        dropped_near = find(summary, "near_duplicates")
        dropped_exact = find(summary, "exact_duplicates")
        recall = f"{dropped_near / near:6.1%}" if mode == "near" else "     -"
        print(
            f"{mode:5} {documents:>12,} {size / 1e6:>8,.0f} MB {seconds:>8.1f} s"
            f" {size / 1e6 / seconds:>6.0f} MB/s {documents / seconds / 1e6:>6.2f} M/s"
            f" {usage.ru_utime + usage.ru_stime:>8.1f} s CPU {usage.ru_maxrss / 1024:>6.0f} MiB"
            f" {disk / 1e6:>8,.0f} MB disk {recall} of the near repeats",
            flush=True,
        )
        if dropped_exact != exact:
            sys.exit(f"{dropped_exact} exact repeats dropped, {exact} made")
        output.unlink()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpusmill", default="build/release/bin/corpusmill")
    parser.add_argument("--documents", type=float, nargs="+", default=[1e6, 1e7])
    parser.add_argument("--modes", nargs="+", choices=["exact", "near"], default=["exact", "near"])
    parser.add_argument("--shingle", default="chars:5")
    parser.add_argument("--memory", default="1GiB")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--folder", help="where the files are made; default: the system's")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for documents in options.documents:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            measure(options, int(documents), Path(folder))


if __name__ == "__main__":
    main()
