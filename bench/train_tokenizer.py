#!/usr/bin/env python3
"""corpusmill train-tokenizer beside Hugging Face's BpeTrainer, in turns on the same file.

Both read the JSONL file and train a byte-level BPE with GPT-2's expression; vocabulary and merges
are compared. Wall and CPU seconds, peak memory, and the ratio of the wall times.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def train_peer(file, vocabulary, output):
    """Runs in a process of its own."""
    import tokenizers
    from tokenizers import models, pre_tokenizers, trainers

    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=SPECIALS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    with open(file, encoding="utf-8") as lines:
        tokenizer.train_from_iterator((json.loads(line)["text"] for line in lines), trainer)
    tokenizer.save(output)


def measure(name, command, threads):
    """Runs the command; prints and returns its wall time."""
    environment = dict(os.environ, RAYON_NUM_THREADS=str(threads))
    begin = time.monotonic()
    process = subprocess.Popen(command, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begin
    if status != 0:
        sys.exit(f"{name} failed: {command}")
    cpu = usage.ru_utime + usage.ru_stime
    print(f"{name:12} {seconds:8.1f} s wall {cpu:8.1f} s CPU {usage.ru_maxrss / 1024:8.0f} MiB")
    return seconds


def model_of(path):
    model = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["model"]
    return model["vocab"], model["merges"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", help="JSONL with a text field")
    parser.add_argument("--corpusmill", default="build/release/bin/corpusmill")
    parser.add_argument("--vocab-size", type=int, default=32000)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--alone", action="store_true", help="without the peer")
    options = parser.parse_args()
    size = str(options.vocab_size)
    for file in options.files:
        print(f"{file}, {size} entries, {options.threads} threads")
        best = {}
        with tempfile.TemporaryDirectory() as folder:
            ours, theirs = f"{folder}/ours", f"{folder}/theirs.json"
            command = [options.corpusmill, "train-tokenizer", file, "-o", ours, "--quiet"]
            command += ["--vocab-size", size, "--threads", str(options.threads)]
            peer = [sys.executable, __file__, "--peer", file, size, theirs]
            for _ in range(options.rounds):
                best.setdefault("ours", []).append(
                    measure("corpusmill", command, options.threads)
                )
                if not options.alone:
                    best.setdefault("theirs", []).append(
                        measure("tokenizers", peer, options.threads)
                    )
            if not options.alone:
                same = model_of(f"{ours}/tokenizer.json") == model_of(theirs)
                ratio = min(best["theirs"]) / min(best["ours"])
                print(f"ratio {ratio:.1f}, vocabulary and merges {'equal' if same else 'DIFFER'}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        train_peer(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    else:
        main()
