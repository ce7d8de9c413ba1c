"""Ids and decoded text against Hugging Face tokenizers and sentencepiece.

CORPUSMILL_FULL=1 compares every document of zh.jsonl.zst and en.jsonl.zst instead of a sample.
"""

import hashlib
import json
import random

import pytest
from conftest import SHARED_DATA
from tokenizing import (
    FULL,
    TOKENIZERS,
    Reference,
    code_points,
    compare,
    decode,
    encode,
    random_texts,
    read_zst,
    tokenizer_file,
)

BYTE_LEVEL = ["minimind-current", "minimind-2025-04", "minimind-v1", "gpt2"]
SENTENCEPIECE_BPE = ["llama2c"]

pytestmark = pytest.mark.skipif(not SHARED_DATA.exists(), reason="no ../shared/data")


def specials_of(name):
    file = tokenizer_file(name)
    if file.suffix == ".json":
        spelled = json.loads(file.read_text())["added_tokens"]
        return [token["content"] for token in spelled] + ["<|", "|>", "<s"]
    return ["<s>", "</s>", "<unk>", "<0x41>", "▁", "▁▁", "<s"]


@pytest.mark.parametrize("name", BYTE_LEVEL + SENTENCEPIECE_BPE)
def test_vectors(name):
    rows = list(read_zst(TOKENIZERS / name / "vectors.jsonl.zst"))
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
    vectors = TOKENIZERS / "llama.cpp-vectors" / f"ggml-vocab-{file}.gguf"
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
    naughty = (SHARED_DATA / "hostile").glob("*")
    texts = [file.read_bytes().decode("utf-8", "replace") for file in naughty if file.is_file()]
    lines = [line for text in texts for line in text.split("\n")]
    compare(tokenizer_file(name), texts + lines)


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
    for number, row in enumerate(read_zst(SHARED_DATA / f"{corpus}.jsonl.zst")):
        if number % step:
            continue
        batch.append(row["text"])
        size += len(row["text"])
        if size > 4_000_000:
            compared += len(compare(file, batch, reference))
            batch, size = [], 0
    compared += len(compare(file, batch, reference))
    print(f"{name} {corpus}: {compared} documents equal")
