"""`corpusmill run` beside a plain Python script that does the same with HF tokenizers, in batches.

    build/venv/bin/python bench/run.py ../shared/data/zh.jsonl.zst ../shared/data/en.jsonl.zst \
        --tokenizer ../shared/data/tokenizers/minimind-current

Both read the file, validate, drop repeats and texts under 20 characters, tokenize with BOS and EOS
and write uint16; the ids are compared. They run in turns on the same number of threads; what
counts is the
median of the ratios of neighbours, because a machine that is busy is busy for both.
"""

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def python_run(source, tokenizer_folder, output):
    """What people write: json.loads, a set of texts, encode_batch_fast, numpy."""
    import numpy
    import zstandard
    from tokenizers import Tokenizer

    folder = Path(tokenizer_folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    config = json.loads((folder / "tokenizer_config.json").read_text())

    def mark(name):
        token = config[name]
        return tokenizer.token_to_id(token["content"] if isinstance(token, dict) else token)

    bos, eos = mark("bos_token"), mark("eos_token")
    begin, end = ([] if bos == eos else [bos]), [eos]
    seen, batch = set(), []

    with open(source, "rb") as file, open(output, "wb") as out:

        def flush():
            for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
                out.write(numpy.array(begin + encoding.ids + end, dtype=numpy.uint16).tobytes())
            batch.clear()

        stream = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        for line in io.BufferedReader(stream, 1 << 20):
            try:
                text = json.loads(line)["text"]
            except (ValueError, KeyError, TypeError):
                continue
            if text in seen:
                continue
            seen.add(text)
            if len(text) < 20:
                continue
            batch.append(text)
            if len(batch) == 1000:
                flush()
        flush()


def timed(command, environment):
    start = time.perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def compare(source, arguments, folder):
    environment = {**os.environ, "RAYON_NUM_THREADS": str(arguments.threads)}
    ours_out, theirs_out = folder / "ours", folder / "theirs.bin"
    recipe = folder / "recipe.toml"
    recipe.write_text('dedup = "exact"\nmin_chars = 20\nshard_tokens = 1000000000000\n')
    ours = [arguments.corpusmill, "run", recipe, source, "--tokenizer", arguments.tokenizer,
            "-o", ours_out, "--threads", str(arguments.threads), "--overwrite",
            "-q", "--json"]  # fmt: skip
    theirs = [sys.executable, __file__, "--python-run", source, arguments.tokenizer, theirs_out]
    pairs = []
    for _ in range(arguments.pairs):
        pairs.append((timed(ours, environment), timed(theirs, environment)))
    if (folder / "ours-00000.bin").read_bytes() != theirs_out.read_bytes():
        sys.exit(f"{source}: the ids differ")
    manifest = json.loads((folder / "ours.json").read_text())
    megabytes = manifest["books"]["bytes_in"] / 1e6
    best_ours, best_theirs = (min(seconds) for seconds in zip(*pairs))
    ratio = statistics.median(theirs / ours for ours, theirs in pairs)
    print(
        f"{Path(source).name}: {megabytes:.0f} MB, {arguments.threads} threads: corpusmill "
        f"{megabytes / best_ours:.1f} MB/s, Python with HF tokenizers "
        f"{megabytes / best_theirs:.1f} MB/s; median of {len(pairs)} paired ratios {ratio:.2f}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", nargs="+", help="JSONL files, .zst")
    parser.add_argument("--tokenizer", required=True, help="folder with a tokenizer.json")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--corpusmill", default=str(ROOT / "build/release/bin/corpusmill"))
    arguments = parser.parse_args()
    for source in arguments.sources:
        with tempfile.TemporaryDirectory() as folder:
            compare(source, arguments, Path(folder))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--python-run"]:
        python_run(*sys.argv[2:])
    else:
        main()
