#!/usr/bin/env python3
"""JSONL -> validated text -> ids -> .bin on disk: ours beside every tokenizer that is installed.

    bench/tokenizer.py --texts en.jsonl zh.jsonl --tokenizers gpt2/tokenizer.json llama.model
    bench/tokenizer.py --texts en.jsonl --tokenizers gpt2/tokenizer.json --pathological

Every figure is a fresh process and its first pass over the whole file, written and synced. Rounds
go through all systems in turns, so that a busy machine is busy for all; the ratio is the median of
the rounds' ratios. Times leave out the start of the interpreter and the imports; `+load` has the
time to load the tokenizer, for ours the whole command from its first instruction to its last. `cpu`
is processor time, which other work on the machine disturbs least. Slow systems get the first
--slow-mb of the file; ours never does. The ids of all must be ours, byte for byte.
"""

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import tokenizer_pathological
from tokenizer_peers import PEERS, version_of

ROOT = Path(__file__).resolve().parents[1]
OURS = "corpusmill"
# Run before a figure is taken, for all alike. The free memory of a virtual machine may be with its
# host, where its first touch takes 2 ms a MB; what a process has just given back is at hand.
TOUCH_MEMORY = """
import mmap, sys
memory = mmap.mmap(-1, int(sys.argv[1]))
memory.madvise(mmap.MADV_HUGEPAGE)
for at in range(0, len(memory), mmap.PAGESIZE):
    memory[at] = 1
"""
COLUMNS = ("best", "median", "+load", "cpu", "again", "load s", "peak MB", "ours is", "by cpu")


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def head_of(source, megabytes, folder):
    """The file, or the whole lines of its first megabytes."""
    if source.stat().st_size <= megabytes * 1e6:
        return source
    head = folder / f"head-{source.name}"
    with open(source, "rb") as file, open(head, "wb") as out:
        while out.tell() < megabytes * 1e6:
            out.write(file.readline())
    return head


def touch_memory(source):
    """As much as any system has at its peak: gigatoken takes ten times the file."""
    size = max(12 * source.stat().st_size, 256 << 20)
    subprocess.run([sys.executable, "-c", TOUCH_MEMORY, str(size)], check=True)


class Ours:
    """`corpusmill tokenize`, without BOS and EOS."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.one_line = folder / "one.jsonl"
        self.one_line.write_text('{"text":"a"}\n')

    def command(self, tokenizer, source, threads):
        return [self.program, "tokenize", source, "--tokenizer", tokenizer, "--threads", threads,
                "-o", self.folder / "ours", "--no-bos", "--no-eos", "--line-bytes-max", "1GiB",
                "--shard-tokens", "1000000000000", "--overwrite", "-q"]  # fmt: skip

    def timed(self, tokenizer, source, threads):
        command = [str(part) for part in self.command(tokenizer, source, threads)]
        begin = time.perf_counter()
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit code {process.returncode}")
        return seconds, usage

    def run(self, tokenizer, source, threads):
        touch_memory(source)
        # Of three, so that no hiccup while loading is taken off the time of the work.
        loads = [self.timed(tokenizer, self.one_line, threads) for _ in range(3)]
        load_seconds = min(seconds for seconds, _ in loads)
        load_cpu = min(usage.ru_utime + usage.ru_stime for _, usage in loads)
        seconds, usage = self.timed(tokenizer, source, threads)
        manifest = json.loads((self.folder / "ours.json").read_text())
        return {
            "load_seconds": load_seconds,
            "seconds": max(seconds - load_seconds, 1e-9),
            "cpu_seconds": max(usage.ru_utime + usage.ru_stime - load_cpu, 1e-9),
            "whole_seconds": seconds,
            "peak_bytes": usage.ru_maxrss * 1024,
            "ids": sum(shard["tokens"] for shard in manifest["shards"]),
            "id_bytes": {"uint16": 2, "uint32": 4}[manifest["shards"][0]["dtype"]],
            "output": str(self.folder / "ours-00000.bin"),
        }


def run_peer(name, tokenizer, source, threads, id_bytes, folder, again):
    output = folder / "peer.bin"
    command = [sys.executable, Path(__file__).with_name("tokenizer_peers.py"), name, tokenizer,
               source, output, id_bytes, threads, "again" if again else "once"]  # fmt: skip
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    environment["TOKENIZERS_PARALLELISM"] = "true" if threads > 1 else "false"
    touch_memory(source)
    done = subprocess.run([str(part) for part in command], env=environment, capture_output=True)
    if done.returncode != 0:
        return None, done.stderr.decode(errors="replace").strip().rsplit("\n", 1)[-1]
    result = json.loads(done.stdout.decode().splitlines()[-1])
    result["whole_seconds"] = result["seconds"] + result["load_seconds"]
    result["output"] = str(output)
    return result, ""


class Row:
    """One file, one tokenizer, one number of threads: all systems in turns."""

    def __init__(self, ours, source, tokenizer, threads, options, folder):
        self.ours, self.threads, self.options, self.folder = ours, threads, options, folder
        self.tokenizer, self.source = tokenizer, source
        self.head = head_of(source, options.slow_mb, folder)
        self.rounds = {}  # system -> results, one a round
        self.notes = []

    def run(self):
        for number in range(self.options.rounds):
            reference = {}  # ours, to compare ids with
            for source in {self.head, self.source} if number == 0 else {self.source}:
                reference[source] = self.ours.run(self.tokenizer, source, self.threads)
                reference[source]["digest"] = digest_of(reference[source]["output"])
            self.rounds.setdefault(OURS, []).append(reference[self.source])
            for name in self.options.peers:
                self.run_peer(name, number, reference)

    def run_peer(self, name, number, reference):
        peer = PEERS[name]
        reason = "not installed" if not version_of(peer.package) else peer.takes(self.tokenizer)
        if number > 0 and (reason or name not in self.rounds):
            return
        source = self.head if peer.slow else self.source
        expected = reference.get(source)
        if not reason:
            again = peer.warm and number == 0
            id_bytes = reference[self.source]["id_bytes"]
            result, reason = run_peer(name, self.tokenizer, source, self.threads,
                                      id_bytes, self.folder, again)  # fmt: skip
        if reason:
            self.notes.append(f"{name}: {reason}")
            return
        self.rounds.setdefault(name, []).append(result)
        if number == 0:
            same = digest_of(result["output"]) == expected["digest"]
            if not same or result["ids"] != expected["ids"]:
                self.notes.append(f"*** {name}: OTHER IDS: {result['ids']}, ours {expected['ids']}")

    def rate(self, name, key):
        head = name in PEERS and PEERS[name].slow
        megabytes = (self.head if head else self.source).stat().st_size / 1e6
        return [megabytes / result[key] for result in self.rounds[name]]

    def ratio(self, name, key):
        """How many times as fast ours is: the median over the rounds."""
        pairs = zip(self.rate(OURS, key), self.rate(name, key), strict=True)
        return statistics.median(ours / theirs for ours, theirs in pairs)

    def cells(self, name):
        results, peer = self.rounds[name], PEERS.get(name)
        seconds = self.rate(name, "seconds")
        cells = dict.fromkeys(COLUMNS, "")
        cells["best"], cells["median"] = f"{max(seconds):.1f}", f"{statistics.median(seconds):.1f}"
        if name == OURS or (peer and not peer.slow):  # a head would be mostly loading
            cells["+load"] = f"{max(self.rate(name, 'whole_seconds')):.1f}"
        cells["cpu"] = f"{max(self.rate(name, 'cpu_seconds')):.1f}"
        if "again" in results[0]:
            again = results[0]["again"]["seconds"]
            cells["again"] = f"{self.source.stat().st_size / 1e6 / again:.1f}"
        cells["load s"] = f"{min(result['load_seconds'] for result in results):.3f}"
        cells["peak MB"] = f"{max(result['peak_bytes'] for result in results) / 1e6:.0f}"
        if peer:
            cells["ours is"] = f"{self.ratio(name, 'seconds'):.2f}x"
            cells["by cpu"] = f"{self.ratio(name, 'cpu_seconds'):.2f}x"
        return cells

    def print(self):
        megabytes = self.source.stat().st_size / 1e6
        tokenizer = "/".join(Path(self.tokenizer).parts[-2:])
        threads = f"{self.threads} thread{'s' if self.threads > 1 else ''}"
        print(f"\n{self.source.name} ({megabytes:.0f} MB), {tokenizer}, {threads}: MB/s")
        print(f"  {'':<26}" + "".join(f"{column:>9}" for column in COLUMNS))
        for name in self.rounds:
            print(f"  {name:<26}" + "".join(f"{cell:>9}" for cell in self.cells(name).values()))
        for note in self.notes:
            print(f"  {note}")
        sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokenizers", nargs="+", required=True, help="tokenizer.json or .model")
    parser.add_argument("--texts", nargs="+", type=Path, required=True, help="plain JSONL files")
    parser.add_argument("--pathological", action="store_true",
                        help="instead: made-up inputs, by time per byte against the first text")
    parser.add_argument("--pathological-mb", type=float, default=16.0)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow-mb", type=float, default=4.0,
                        help="what systems of a few MB/s get (default 4)")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--corpusmill", default=str(ROOT / "build/release/bin/corpusmill"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = Ours(options.corpusmill, folder)
        if options.pathological:
            tokenizer_pathological.run(ours, options, folder)
            return
        packages = dict.fromkeys(PEERS[name].package for name in options.peers)
        print(", ".join(f"{name} {version_of(name) or 'not installed'}" for name in packages))
        for tokenizer in options.tokenizers:
            for text in options.texts:
                for threads in options.threads:
                    row = Row(ours, text, tokenizer, threads, options, folder)
                    row.run()
                    row.print()


if __name__ == "__main__":
    main()
