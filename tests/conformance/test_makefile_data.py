"""Makefile.data as a batch tool: a folder of JSONL into shards, whatever interrupts it."""

import gzip
import json
import os
import random
import signal
import subprocess

import pytest
import zstandard
from conftest import BIN, ROOT

ROWS = 1500


def make(*arguments, kill_after_s: float | None = None) -> subprocess.CompletedProcess | None:
    """Runs make; `kill_after_s`: SIGKILLs it and all that it started then, and returns None."""
    # Not a sub-make of whoever runs the tests.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))
    }
    command = [
        "make",
        "-f",
        "Makefile.data",
        f"CORPUSMILL={BIN / 'corpusmill'}",
        *map(str, arguments),
    ]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        text=True,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        out, _ = process.communicate(timeout=kill_after_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None
    return subprocess.CompletedProcess(command, process.returncode, out)


@pytest.fixture(scope="module")
def tokenizer(corpusmill, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizer")
    sample = folder / "sample.jsonl"
    sample.write_bytes(rows(seed=0))
    corpusmill("train-tokenizer", sample, "--vocab-size", 400, "-o", folder)
    return folder / "tokenizer.json"


def rows(seed: int) -> bytes:
    """Rows of words and Han characters, a broken one among them."""
    choose = random.Random(seed)
    words = ["shard", "token", "corpus", "令牌", "语料", "清洗", "one pass", "去重", "model"]
    lines = [
        json.dumps(
            {"text": " ".join(choose.choices(words, k=choose.randint(5, 120)))}, ensure_ascii=False
        ).encode()
        for _ in range(ROWS)
    ]
    lines.insert(ROWS // 2, b'{"text": "cut off')
    return b"\n".join(lines) + b"\n"


def fill(folder):
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(rows(seed=1))
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(rows(seed=2)))
    (folder / "c.jsonl.zst").write_bytes(zstandard.compress(rows(seed=3)))
    return folder


def shards(folder) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.suffix in (".bin", ".docs")
    }


def temporaries(folder) -> list[str]:
    return [path.name for path in folder.iterdir() if ".tmp-" in path.name]


def test_a_folder_is_tokenized_and_continues_after_sigkill(tokenizer, tmp_path):
    straight = fill(tmp_path / "straight")
    done = make(f"DATA={straight}", f"TOKENIZER={tokenizer}", "-j2", "THREADS=1", "bins")
    assert done.returncode == 0, done.stdout
    assert {path.name for path in straight.glob("*.json")} == {"a.json", "b.json", "c.json"}
    books = json.loads((straight / "b.json").read_text())["books"]
    assert books["lines_in"] == ROWS + 1 and books["kept"] == ROWS

    # Where the kills fall does not matter: the end is the same.
    killed = fill(tmp_path / "killed")
    arguments = (f"DATA={killed}", f"TOKENIZER={tokenizer}", "-j2", "THREADS=1", "bins")
    for seconds in (0.02, 0.05, 0.1, 0.2):
        make(*arguments, kill_after_s=seconds)
    done = make(*arguments)
    assert done.returncode == 0, done.stdout
    assert shards(killed) == shards(straight)
    assert temporaries(killed) == []


def test_what_is_finished_is_left_alone(tokenizer, tmp_path):
    folder = fill(tmp_path / "data")
    arguments = (f"DATA={folder}", f"TOKENIZER={tokenizer}", "bins", "cleans", "stats")
    first = make(*arguments)
    assert first.returncode == 0, first.stdout
    times = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert {"a.clean.jsonl.zst", "b.clean.jsonl.zst", "c.clean.jsonl.zst"} <= times.keys()
    assert {"a.stats.json", "b.stats.json", "c.stats.json"} <= times.keys()
    again = make(*arguments)
    assert again.returncode == 0 and "corpusmill" not in again.stdout, again.stdout
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == times

    # One more file: that one alone is made.
    (folder / "d.jsonl").write_bytes(rows(seed=4))
    more = make(*arguments)
    assert more.returncode == 0 and more.stdout.count("corpusmill tokenize") == 1, more.stdout
    assert (folder / "d.json").exists()


def test_a_recipe_and_what_is_missing(tokenizer, tmp_path):
    folder = fill(tmp_path / "data")
    refused = make(f"DATA={folder}", "bins")
    assert refused.returncode != 0 and "TOKENIZER=FILE" in refused.stdout
    refused = make("bins")
    assert refused.returncode != 0 and "DATA=FOLDER" in refused.stdout
    done = make(f"{folder}/a.json", f"TOKENIZER={tokenizer}", "RECIPE=configs/prepare_text.toml")
    assert done.returncode == 0, done.stdout
    assert json.loads((folder / "a.json").read_text())["books"]["lines_in"] == ROWS + 1


def test_help_is_the_default():
    shown = make()
    assert shown.returncode == 0 and "DATA=FOLDER" in shown.stdout
