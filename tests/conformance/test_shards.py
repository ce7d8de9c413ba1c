"""Shards on real text: the ids of the reference libraries, the same bytes whatever the way.

CORPUSMILL_FULL=1 compares every document of zh.jsonl.zst and en.jsonl.zst, not the first ones.
"""

import gzip
import io
import json
import os
import signal
import subprocess

import numpy
import pytest
import zstandard
from conftest import BIN, ROOT

FULL = bool(os.environ.get("CORPUSMILL_FULL"))
ROWS = None if FULL else 1500
TOKENIZERS = ["minimind-current", "minimind-v1", "gpt2", "llama2c"]


def first_lines(path, rows):
    with open(path, "rb") as file:
        text = io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(file))
        for number, line in enumerate(text):
            if rows is not None and number >= rows:
                return
            yield line


def shard_files(prefix):
    """Names and bytes of every .bin of the set."""
    return {
        path.name.removeprefix(prefix.name): path.read_bytes()
        for path in sorted(prefix.parent.glob(prefix.name + "*.bin"))
    }


class Reference:
    """[BOS] ids [EOS] of a text, as the library that people use gives them."""

    def __init__(self, folder):
        self.model = folder / "tokenizer.model"
        if self.model.exists():
            import sentencepiece

            self.library = sentencepiece.SentencePieceProcessor(model_file=str(self.model))
            self.bos, self.eos = [self.library.bos_id()], [self.library.eos_id()]
            return
        from tokenizers import Tokenizer

        self.library = Tokenizer.from_file(str(folder / "tokenizer.json"))
        config = json.loads((folder / "tokenizer_config.json").read_text())
        bos, eos = (self.id_of(config, name) for name in ("bos_token", "eos_token"))
        self.bos, self.eos = ([] if bos == eos else [bos]), [eos]

    def id_of(self, config, name):
        token = config[name]
        return self.library.token_to_id(token["content"] if isinstance(token, dict) else token)

    def encode(self, texts):
        if self.model.exists():
            return self.library.encode(texts)
        batch = self.library.encode_batch_fast(texts, add_special_tokens=False)
        return [encoding.ids for encoding in batch]

    def tokens(self, texts):
        for begin in range(0, len(texts), 1000):
            for ids in self.encode(texts[begin : begin + 1000]):
                yield self.bos + ids + self.eos


@pytest.mark.parametrize("corpus", ["zh", "en"])
@pytest.mark.parametrize("name", TOKENIZERS)
def test_bin_is_the_concatenation_of_the_reference_ids(
    corpusmill, shared_data, tmp_path, name, corpus
):
    source = shared_data / f"{corpus}.jsonl.zst"
    lines = list(first_lines(source, ROWS))
    if not FULL:
        source = tmp_path / "rows.jsonl"
        source.write_bytes(b"".join(lines))
    folder = shared_data / "tokenizers" / name
    corpusmill("tokenize", source, "--tokenizer", folder, "-o", tmp_path / "out", "-q")
    manifest = json.loads((tmp_path / "out.json").read_text())
    assert [shard["dtype"] for shard in manifest["shards"]] == ["uint16"] * len(manifest["shards"])
    expected = Reference(folder).tokens([json.loads(line)["text"] for line in lines])
    for shard in manifest["shards"]:
        written = numpy.memmap(tmp_path / shard["file_name"], dtype=numpy.uint16, mode="r")
        assert len(written) == shard["tokens"]
        at = 0
        for number in range(shard["documents"]):
            ids = next(expected)
            assert written[at : at + len(ids)].tolist() == ids, f"document {number}"
            at += len(ids)
        assert at == len(written)
    assert next(expected, None) is None


LIMITS = ["--min-chars", "20", "--max-bytes", "60000", "--max-tokens", "1500"]
SHARDS = ["--val-fraction", "0.1", "--shard-tokens", "200000", "-q"]


@pytest.fixture(scope="module")
def one_pass(corpusmill, shared_data, tmp_path_factory):
    """The shards of mixed_small.jsonl with one thread and a plain file: what all must equal."""
    prefix = tmp_path_factory.mktemp("one_pass") / "data"
    tokenizer = ["--tokenizer", shared_data / "tokenizers" / "minimind-current"]
    recipe = prefix.with_name("recipe.toml")
    recipe.write_text('dedup = "exact"\nmin_chars = 20\nmax_bytes = 60000\nmax_tokens = 1500\n')
    arguments = ["run", recipe, *tokenizer, *SHARDS]
    mixed = shared_data / "mixed_small.jsonl"
    done = corpusmill(*arguments, mixed, "-o", prefix, "--threads", "1", "--json")
    files = shard_files(prefix)
    assert len(files) > 5
    return arguments, tokenizer, mixed, files, done.json


@pytest.mark.parametrize("threads", [1, 2, 8])
@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_threads_and_compression_change_nothing(
    corpusmill, one_pass, tmp_path, threads, suffix
):
    arguments, _, mixed, files, _ = one_pass
    source = tmp_path / ("mixed.jsonl" + suffix)
    plain = mixed.read_bytes()
    half = plain.index(b"\n", len(plain) // 2) + 1
    for part in (plain[:half], plain[half:]):  # two members, two frames
        packed = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}[suffix](part)
        with open(source, "ab") as file:
            file.write(packed)
    corpusmill(*arguments, source, "-o", tmp_path / "data", "--threads", threads)
    assert shard_files(tmp_path / "data") == files


def test_single_commands_give_the_same_shards(corpusmill, one_pass, tmp_path):
    _, tokenizer, mixed, files, one_pass_json = one_pass
    steps = [
        ("clean", []),
        ("dedup", ["--exact"]),
        ("filter", [*LIMITS, *tokenizer]),
        ("tokenize", [*tokenizer, *SHARDS]),
    ]
    source, books = mixed, []
    for command, options in steps:
        output = tmp_path / ("data" if command == "tokenize" else f"{command}.jsonl.zst")
        books.append(corpusmill(command, source, *options, "-o", output, "--json").json["books"])
        source = output
    assert shard_files(tmp_path / "data") == files
    whole = one_pass_json["books"]
    assert whole["rejected"] == books[0]["rejected"]
    assert whole["empty_lines"] == books[0]["empty_lines"]
    assert whole["exact_duplicates"] == books[1]["exact_duplicates"]
    assert whole["filtered"] == books[2]["filtered"]
    assert whole["kept"] == books[3]["kept"] == books[3]["lines_in"]


def test_exact_duplicates_are_those_of_the_truth_file(corpusmill, shared_data, tmp_path):
    mixed = shared_data / "mixed_small.jsonl"
    truth = json.loads((shared_data / "mixed_small.truth.json").read_text())
    output = tmp_path / "unique.jsonl"
    books = corpusmill("dedup", mixed, "-o", output, "--json", "-q").json["books"]
    groups = truth["exact_groups"]
    assert books["exact_duplicates"] == sum(len(group) - 1 for group in groups)

    rows = zstandard.ZstdDecompressor().stream_reader(
        open(f"{output}.rejected.jsonl.zst", "rb"), read_across_frames=True
    )
    rejected = [json.loads(row) for row in rows.read().splitlines()]
    repeats = {row["line"]: row for row in rejected if row["reason"] == "exact_duplicate"}
    assert sorted(repeats) == sorted(line for group in groups for line in sorted(group)[1:])
    lines = mixed.read_bytes().split(b"\n")
    for group in groups:
        first, *others = sorted(group)
        for line in others:
            assert repeats[line]["detail"] == f"same text as {mixed}, line {first}"
            assert repeats[line]["raw"].encode() == lines[line - 1]
    dropped = {row["line"] for row in rejected}
    kept = [
        line
        for number, line in enumerate(lines, 1)
        if number not in dropped and line.strip()
    ]
    assert output.read_bytes() == b"".join(line + b"\n" for line in kept)


def test_killed_and_run_again_it_ends_with_the_same_bytes(
    corpusmill, shared_data, tmp_path
):
    lines = list(first_lines(shared_data / "zh.jsonl.zst", 40_000))
    source = tmp_path / "rows.jsonl"
    source.write_bytes(b"".join(lines))
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("min_chars = 10\n")
    arguments = [
        "run", recipe, source,
        "--tokenizer", shared_data / "tokenizers" / "minimind-current",
        "--val-fraction", "0.05", "--shard-tokens", "300000", "--max-tokens", "300", "-q",
    ]  # fmt: skip
    whole = tmp_path / "whole" / "data"
    corpusmill(*arguments, "-o", whole)

    prefix = tmp_path / "killed" / "data"
    command = [BIN / "corpusmill", *map(str, arguments), "-o", str(prefix)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while len(list(prefix.parent.glob("data-*.bin"))) < 3:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not prefix.with_name("data.json").exists()
    done = corpusmill(*arguments, "-o", prefix, "--json")
    assert done.json["shards_resumed"] >= 2
    for name in ("data.json", "data.rejected.jsonl.zst"):
        assert (prefix.parent / name).read_bytes() == (whole.parent / name).read_bytes(), name
    left = {path.name: path.read_bytes() for path in prefix.parent.iterdir()}
    expected = {path.name: path.read_bytes() for path in whole.parent.iterdir()}
    assert set(left) == set(expected)
    assert left == expected


def test_a_finished_run_verifies_and_refuses_other_work(corpusmill, one_pass, tmp_path):
    arguments, _, mixed, files, _ = one_pass
    source = tmp_path / "rows.jsonl"
    source.write_bytes(mixed.read_bytes())
    prefix = tmp_path / "data"
    corpusmill(*arguments, source, "-o", prefix)
    again = corpusmill(*arguments, source, "-o", prefix, "--json")
    assert again.json["already_done"]

    other = corpusmill(*arguments, source, "-o", prefix, "--seed", "7", expect=8)
    assert "seed was 42 and is 7" in other.err
    source.write_bytes(mixed.read_bytes().replace(b"the", b"teh", 1))
    changed = corpusmill(*arguments, source, "-o", prefix, expect=8)
    assert str(source) in changed.err
    assert shard_files(prefix) == files
    corpusmill(*arguments, mixed, "-o", prefix, "--seed", "7", "--overwrite")
    assert shard_files(prefix) != files

    shard = tmp_path / "data-00001.bin"
    damaged = bytearray(shard.read_bytes())
    damaged[1000] ^= 1
    shard.write_bytes(damaged)
    corpusmill(*arguments, mixed, "-o", prefix, "--seed", "7", expect=7)


def test_minimind_marks_in_the_text_become_their_ids(corpusmill, shared_data, tmp_path):
    folder = shared_data / "tokenizers" / "minimind-v1"
    source = shared_data / "minimind_style.jsonl.zst"
    recipe = ROOT / "configs" / "prepare_minimind.toml"
    prefix = tmp_path / "data"
    corpusmill(
        "run", recipe, source, "--tokenizer", folder, "--val-fraction", "0", "-o", prefix, "-q"
    )
    reference = Reference(folder)
    texts = list(dict.fromkeys(json.loads(line)["text"] for line in first_lines(source, None)))
    expected = [token for ids in reference.encode(texts) for token in ids]
    assert expected.count(reference.bos[0]) > len(texts)
    assert numpy.fromfile(tmp_path / "data-00000.bin", dtype=numpy.uint16).tolist() == expected
