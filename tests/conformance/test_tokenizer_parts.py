"""Parts of tokenizer.json that the stored tokenizers do not use, against Hugging Face's library."""

import json

import pytest
from tokenizing import (
    FULL,
    Reference,
    code_points,
    compare,
    decode,
    encode,
    random_texts,
    tokenizer_file,
)

BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
ADDED = {
    "<l>": {"lstrip": True},
    "<r>": {"rstrip": True},
    "<lr>": {"lstrip": True, "rstrip": True, "special": True},
    "tok": {"single_word": True},
    "Word": {"single_word": True, "normalized": True},
    "é": {"normalized": True},
    "qe\u0301": {"normalized": True},
    "<s": {"special": True},
    "<s>": {"special": True},
    "<n> x": {"normalized": True, "special": True},
}


def split(regex):
    pattern = {"Regex": regex}
    return {"type": "Split", "pattern": pattern, "behavior": "Isolated", "invert": False}


def sequence(*parts):
    return {"type": "Sequence", "pretokenizers": [*parts, {**BYTE_LEVEL, "use_regex": False}]}


VARIANTS = {
    "llama3": {"pre_tokenizer": sequence(split(LLAMA3))},
    "qwen2": {"pre_tokenizer": sequence(split(QWEN2)), "normalizer": {"type": "NFC"}},
    "prefix": {"pre_tokenizer": {**BYTE_LEVEL, "add_prefix_space": True, "use_regex": True}},
    "no-regex": {"pre_tokenizer": {**BYTE_LEVEL, "use_regex": False}},
    "digits": {"pre_tokenizer": sequence({"type": "Digits", "individual_digits": True})},
    "digit-runs": {"pre_tokenizer": sequence({"type": "Digits", "individual_digits": False})},
    "ignore-merges": {"model": {"ignore_merges": True}},
    "nfc": {"normalizer": {"type": "NFC"}},
    "nfkc": {"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}]}},
}


@pytest.fixture(params=VARIANTS)
def file(request, tmp_path):
    """minimind-v1 with one part changed, fewer merges, and added tokens of every sort."""
    made = json.loads(tokenizer_file("minimind-v1").read_text())
    for part, value in VARIANTS[request.param].items():
        made[part] = {**made["model"], **value} if part == "model" else value
    # Without every other merge some of the vocabulary is out of reach, but for ignore_merges.
    kept = [merge for i, merge in enumerate(made["model"]["merges"]) if i < 2000 or i % 2]
    made["model"]["merges"] = kept
    size = len(made["model"]["vocab"])
    flags = ["lstrip", "rstrip", "single_word", "normalized", "special"]
    made["added_tokens"] = [t for t in made["added_tokens"] if t["content"] != "<s>"]
    for content, given in ADDED.items():
        id = made["model"]["vocab"].get(content)
        if id is None:
            id, size = size, size + 1
        token = {"id": id, "content": content, **{flag: False for flag in flags}, **given}
        made["added_tokens"].append(token)
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(made, ensure_ascii=False))
    return path


def texts_for(seed):
    specials = [*ADDED, "e\u0301", " ", "<l>tok", "Word", "tok ", " Words", "u\u0308\u0304\u0323"]
    return random_texts(12000 if FULL else 3000, specials, seed)


def test_parts(file):
    reference = Reference(file)
    ids = compare(file, texts_for(1), reference)
    assert decode(file, ids) == reference.decode(ids)


def test_specials_as_text(file):
    texts = texts_for(2)
    reference = Reference(file)
    reference.library.encode_special_tokens = True
    assert encode(file, texts, "text") == reference.encode(texts)


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_normal_form_of_every_code_point(tmp_path, form):
    made = json.loads(tokenizer_file("minimind-v1").read_text())
    made["normalizer"] = {"type": form}
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(made, ensure_ascii=False))
    points = code_points()
    marks = ["\u0301", "\u0323", "\u0334", "\u3099", "\u1161", "\u11a8", "\u09be", "\U00011930"]
    frames = [f"a{{}}{mark}" for mark in marks] + ["\u0323{}\u0301", "\U00011935{}"]
    for frame in frames:
        joined = [frame.replace("{}", c) for c in points]
        compare(path, ["\n".join(joined[i : i + 500]) for i in range(0, len(joined), 500)])
