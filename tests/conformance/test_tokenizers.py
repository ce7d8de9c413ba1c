"""Ids and decoded text against Hugging Face tokenizers and sentencepiece.

CORPUSMILL_FULL=1 compares every document of zh.jsonl.zst and en.jsonl.zst instead of a sample.
"""

import hashlib
import io
import json
import os
import pathlib
import random
import subprocess
import unicodedata

import pytest
import sentencepiece
import tokenizers
import zstandard

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
BIN = pathlib.Path(os.environ.get("CORPUSMILL_BIN", ROOT / "build" / "release" / "bin"))
FULL = os.environ.get("CORPUSMILL_FULL") == "1"
BYTE_LEVEL = ["minimind-current", "minimind-2025-04", "minimind-v1", "gpt2"]
SENTENCEPIECE_BPE = ["llama2c"]

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="no ../shared/data")


def tokenizer_file(name):
    folder = DATA / "tokenizers" / name
    if (folder / "tokenizer.json").exists():
        return folder / "tokenizer.json"
    return next(folder.glob("*.model"))


def run(arguments, rows):
    """Feeds rows to `corpusmill` and returns the rows that it prints."""
    command = [str(BIN / "corpusmill"), *map(str, arguments), "--quiet", "-"]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    done = subprocess.run(command, input=lines.encode(), capture_output=True, check=True)
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(printed) == len(rows)
    return printed


def encode(file, texts, policy=None):
    """Ids of each text; by default under the reference library's policy."""
    arguments = ["encode", "--tokenizer", file, "--jsonl", "--format", "json"]
    if policy:
        arguments += ["--special-in-text", policy]
    return [row["ids"] for row in run(arguments, [{"text": text} for text in texts])]


def decode(file, lists):
    """The text of each list of ids."""
    arguments = ["decode", "--tokenizer", file, "--jsonl", "--format", "json"]
    return [row["text"] for row in run(arguments, lists)]


class Reference:
    """encode and decode of the reference library, under its own default policy."""

    def __init__(self, file):
        self.hf = str(file).endswith(".json")
        if self.hf:
            self.library = tokenizers.Tokenizer.from_file(str(file))
        else:
            self.library = sentencepiece.SentencePieceProcessor(model_file=str(file))

    def encode(self, texts):
        if self.hf:
            rows = self.library.encode_batch_fast(texts, add_special_tokens=False)
            return [row.ids for row in rows]
        return self.library.encode(texts)

    def decode(self, lists):
        if self.hf:
            return [self.library.decode(ids, skip_special_tokens=False) for ids in lists]
        return [self.library.decode(ids) for ids in lists]


def compare(file, texts, reference=None):
    """Asserts equal ids; shows the first text that differs."""
    texts = list(texts)
    ours = encode(file, texts)
    theirs = (reference or Reference(file)).encode(texts)
    assert len(ours) == len(theirs)
    for text, mine, expected in zip(texts, ours, theirs):
        assert mine == expected, text[:2000]
    return ours


def read_zst(path):
    with path.open("rb") as compressed:
        stream = zstandard.ZstdDecompressor().stream_reader(compressed)
        for line in io.TextIOWrapper(stream, encoding="utf-8", newline="\n"):
            yield json.loads(line)


def random_texts(count, specials, seed):
    """Mixed scripts, white space, digits, emoji, controls, marks and special tokens, glued."""
    rng = random.Random(seed)
    pools = [
        "abcdefghijklmnopqrstuvwxyzABCXYZ",
        "0123456789٣५๙²½Ⅷ㊿",
        " \t\n\r\u00a0\u3000\u2028\u200b\u0085\x0b",
        "'’\"!?.,;:-_/\\()[]{}<>|@#$%^&*+=~`，。！？、《》「」",
        "的一是在不了有和人这中大为上个国我以要他時說書學",
        "ひらがなカタカナー한국어조선말",
        "Ждйёαβγδεאבגدهوกขคงअआइकख",
        "éèüñçØßſẞıİŁ",
        "😀👍🏽👨‍👩‍👧🇨🇳❤️🧑‍💻",
        "\x00\x01\x1b\x7f\x80\xad\ufeff\ufffd\ufffe\U0010ffff",
        "\u0301\u0323\u0334\u20dd\u0897\u1ac5\u0bbe\U000113b8",
        "\u1c89\U000105c0\U00010d40\U0002ebf0\U0001ccf5\U00011bc0\U00011de3",
        "ﬁﬂ①㎏㍿ｱＡ１Å",
    ]
    words = ["'s", "'S", "'ll", "'re", "'ſ", "don't", "it'd", "we've", "I'M", "\r\n", "\n\n"]
    words += ["    ", "1234567", "x1y2"]
    texts = []
    for _ in range(count):
        parts = []
        for _ in range(rng.randint(1, 14)):
            kind = rng.random()
            if kind < 0.12:
                parts.append(rng.choice(specials))
            elif kind < 0.25:
                parts.append(rng.choice(words))
            elif kind < 0.3:
                code = rng.randrange(0x110000)
                parts.append(chr(code) if not 0xD800 <= code < 0xE000 else " ")
            else:
                pool = rng.choice(pools)
                parts.append("".join(rng.choice(pool) for _ in range(rng.randint(1, 8))))
        texts.append("".join(parts))
    return texts


def specials_of(name):
    file = tokenizer_file(name)
    if file.suffix == ".json":
        spelled = json.loads(file.read_text())["added_tokens"]
        return [token["content"] for token in spelled] + ["<|", "|>", "<s"]
    return ["<s>", "</s>", "<unk>", "<0x41>", "▁", "▁▁", "<s"]


@pytest.mark.parametrize("name", BYTE_LEVEL + SENTENCEPIECE_BPE)
def test_vectors(name):
    rows = list(read_zst(DATA / "tokenizers" / name / "vectors.jsonl.zst"))
    ours = encode(tokenizer_file(name), [row["text"] for row in rows])
    assert len(ours) == len(rows) == 1011
    decoded = decode(tokenizer_file(name), ours)
    for row, ids, text in zip(rows, ours, decoded):
        if "ids" in row:
            assert ids == row["ids"], row["text"]
        else:
            packed = b"".join(id.to_bytes(4, "little") for id in ids)
            assert len(ids) == row["n_ids"]
            assert hashlib.sha256(packed).hexdigest() == row["ids_u32le_sha256"]
        assert text == row.get("decoded", row["text"])


@pytest.mark.parametrize("name, file", [("gpt2", "gpt-2"), ("llama2c", "llama-spm")])
def test_llama_cpp_vectors(name, file):
    vectors = DATA / "tokenizers" / "llama.cpp-vectors" / f"ggml-vocab-{file}.gguf"
    texts = vectors.with_name(vectors.name + ".inp").read_text().split("\n__ggml_vocab_test__\n")
    lines = vectors.with_name(vectors.name + ".out").read_text().splitlines()
    expected = [[int(id) for id in line.split()] for line in lines]
    # A separator ends the last text too.
    assert encode(tokenizer_file(name), texts[: len(expected)]) == expected


@pytest.mark.parametrize("name", BYTE_LEVEL + SENTENCEPIECE_BPE)
def test_random_texts(name):
    texts = random_texts(40000 if FULL else 4000, specials_of(name), seed=name)
    file = tokenizer_file(name)
    reference = Reference(file)
    ids = compare(file, texts, reference)
    assert decode(file, ids) == reference.decode(ids)


@pytest.mark.parametrize("name", BYTE_LEVEL + SENTENCEPIECE_BPE)
def test_hostile_files(name):
    naughty = (DATA / "hostile").glob("*")
    texts = [file.read_bytes().decode("utf-8", "replace") for file in naughty if file.is_file()]
    lines = [line for text in texts for line in text.split("\n")]
    compare(tokenizer_file(name), texts + lines)


def code_points():
    """All of them if FULL; else every 61st, and both sides of every change of category."""
    points = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    if FULL:
        return points
    kinds = [unicodedata.category(c) for c in points]
    return [
        c
        for i, c in enumerate(points)
        if i % 61 == 0 or kinds[i] != kinds[i - 1] or kinds[i] != kinds[min(i + 1, len(kinds) - 1)]
    ]


@pytest.mark.parametrize("name", ["minimind-current", "gpt2", "llama2c"])
def test_code_points(name):
    points = code_points()
    file = tokenizer_file(name)
    reference = Reference(file)
    compare(file, points, reference)
    # Between others, so that every class meets its neighbours; in few long texts.
    for frame in ["a{}1 {}\n", " {}'s", "1{}a"]:
        joined = [frame.replace("{}", c) for c in points]
        texts = ["".join(joined[i : i + 500]) for i in range(0, len(joined), 500)]
        compare(file, texts, reference)


@pytest.mark.parametrize("name", BYTE_LEVEL + SENTENCEPIECE_BPE)
def test_ids_in_any_order_decode_alike(name):
    file = tokenizer_file(name)
    reference = Reference(file)
    rng = random.Random(name)
    size = reference.library.get_vocab_size() if reference.hf else reference.library.vocab_size()
    lists = [[rng.randrange(size) for _ in range(rng.randint(1, 12))] for _ in range(4000)]
    lists += [[id] for id in range(size)]
    assert decode(file, lists) == reference.decode(lists)


@pytest.mark.parametrize("corpus", ["zh", "en"])
@pytest.mark.parametrize("name", ["minimind-current", "minimind-v1", "gpt2", "llama2c"])
def test_documents(name, corpus):
    file = tokenizer_file(name)
    reference = Reference(file)
    step = 1 if FULL else 211
    compared, batch, size = 0, [], 0
    for number, row in enumerate(read_zst(DATA / f"{corpus}.jsonl.zst")):
        if number % step:
            continue
        batch.append(row["text"])
        size += len(row["text"])
        if size > 4_000_000:
            compared += len(compare(file, batch, reference))
            batch, size = [], 0
    compared += len(compare(file, batch, reference))
    print(f"{name} {corpus}: {compared} documents equal")
