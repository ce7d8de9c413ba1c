"""Signatures against datatrove's own steps in Python: simplify_text, hashes, numpy's arithmetic.

What it needs of datatrove is written out here, so that the test runs without it; its word
tokenizers are not: words are what white space delimits.
"""

import hashlib
import json
import re
import subprocess
import unicodedata

import numpy
import pytest
from conftest import BIN, SHARED_DATA

PRIME = numpy.uint64((1 << 61) - 1)
PUNCTUATION = (
    "!/—”:％１〈&(、━\\【#%「」，】；+^]~“《„';’{|∶´[=-`*．（–？！：$～«〉,><》)?）。…@_.\"}►»"
    + "".join(chr(x) for a, b in ((0, 9), (11, 13), (13, 32), (127, 160)) for x in range(a, b))
)
SPACES = str.maketrans(PUNCTUATION, " " * len(PUNCTUATION))
DIGITS = "".join(re.escape(chr(c)) for c in range(0x110000) if unicodedata.category(chr(c)) == "Nd")
NUMBERS = re.compile(f"[{DIGITS}]+([.,،٫⎖⎗⎘][{DIGITS}]+)?")


def simplify(text):
    text = NUMBERS.sub("0", text.lower()).translate(SPACES)
    text = re.sub(r"\s+", " ", text.strip())
    text = unicodedata.normalize("NFD", text)
    return "".join(c for c in text if unicodedata.category(c) != "Mn").strip()


def sha1(shingle):
    return int.from_bytes(hashlib.sha1(shingle.encode()).digest()[:8], "little")


def xxh64(shingle):
    return pytest.importorskip("xxhash").xxh64_intdigest(shingle.encode())


def signature(shingles):
    random = numpy.random.RandomState(1)
    a = random.randint(1, PRIME, dtype=numpy.uint64, size=(1, 112))
    b = random.randint(0, PRIME, dtype=numpy.uint64, size=(1, 112))
    values = (numpy.array(shingles, dtype=numpy.uint64).reshape(-1, 1) * a + b) % PRIME
    return values.min(axis=0).tolist()


def ours(texts, hash_name):
    rows = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    done = subprocess.run(
        [BIN / "datatrove_signatures", hash_name],
        input=rows.encode(),
        capture_output=True,
        check=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(texts)
    return found


def compare(texts, hash_name, hash_of):
    for text, found in zip(texts, ours(texts, hash_name)):
        assert found["simplified"] == simplify(text), text
        words = simplify(text).split()
        shingles = [hash_of(" ".join(words[i : i + 5])) for i in range(len(words) - 4)]
        assert found["shingles"] == shingles, text
        if shingles:
            assert found["signature"] == signature(shingles), text


# Of this Python's Unicode, without what later versions gave other properties to.
def assigned():
    for code in range(0x110000):
        if unicodedata.category(chr(code)) not in ("Cn", "Cs"):
            yield chr(code)


@pytest.fixture(autouse=True)
def program():
    if not (BIN / "datatrove_signatures").exists():
        pytest.skip(f"no datatrove_signatures in {BIN}")


def test_every_character_alone_and_among_letters():
    characters = list(assigned())
    texts = []
    for first in range(0, len(characters), 500):
        some = characters[first : first + 500]
        texts.append(" ".join(some))
        texts.append("".join(f"a{c}B " for c in some))
    for text, found in zip(texts, ours(texts, "sha1")):
        assert found["simplified"] == simplify(text)


def test_sigma_and_numbers():
    texts = [
        "ΑΣ ΣΑ Σ ΑΣΑ ΑΣ. ΑΣ.Α ΑΣ'Α ΑΣ\u0301 \u0301Σ Α\u0301Σ Α.Σ ΑΣ\u00adΒ ΑΣ1 1Σ",
        "1.2 1..2 1.2.3 ١٫٢ 1,2,3 .5 5. 1٫ 12⎖3 ½ ² Ⅷ 一",
        "a\u0301\u0301 \u0301 b \u0301",
    ]
    compare(texts, "sha1", sha1)


@pytest.mark.parametrize("hash_name,hash_of", [("sha1", sha1), ("xxh64", xxh64)])
def test_real_documents(hash_name, hash_of):
    path = SHARED_DATA / "mixed_small.jsonl"
    if not path.exists():
        pytest.skip("no ../shared/data")
    texts = []
    for line in path.read_bytes().splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and isinstance(row.get("text"), str):
            text = row["text"]
            if text.isprintable() or "\ud800" > max(text, default="") or "\udfff" < max(text):
                texts.append(text)
    assert len(texts) > 300
    compare(texts[:600], hash_name, hash_of)


def test_golden_signature():
    text = "the quick brown fox jumps over the lazy dog"
    for hash_name, digest in (
        ("xxh64", "5fccf7ba60a836cb6034d5bb96fd7c3d74507de256d5588ac4a823c6285fbd93"),
        ("sha1", "5111488576fd07f07c8cfbf034ff68e03acb2475d32d9c6e6704af7032021c10"),
    ):
        values = numpy.array(ours([text], hash_name)[0]["signature"], dtype="<u8")
        assert hashlib.sha256(values.tobytes()).hexdigest() == digest
