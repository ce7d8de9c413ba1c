"""BPE over characters in a tokenizer.json, against Hugging Face's library."""

import json
import random

import pytest
import test_tokenizers as base

pytestmark = base.pytestmark

MARK = "\u2581"
REPLACE = {"type": "Replace", "pattern": {"String": " "}, "content": MARK}
PREPEND = {"type": "Prepend", "prepend": MARK}
BACK = {"type": "Replace", "pattern": {"String": MARK}, "content": " "}
BYTES = {"type": "ByteFallback"}
FUSE = {"type": "Fuse"}
STRIP = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
SPLIT = {
    "type": "Split",
    "pattern": {"String": " "},
    "behavior": "MergedWithPrevious",
    "invert": False,
}
ADDED = {
    "<s>": {"special": True},
    "<n>": {"special": True, "normalized": True},
    "<l>": {"lstrip": True},
    "<r>": {"rstrip": True, "normalized": True},
    "tok": {"single_word": True},
}


def sequence(name, *parts):
    return {"type": "Sequence", name: list(parts)}


def metaspace(scheme, split):
    return {"type": "Metaspace", "replacement": MARK, "prepend_scheme": scheme, "split": split}


LLAMA = {
    "normalizer": sequence("normalizers", PREPEND, REPLACE),
    "decoder": sequence("decoders", BACK, BYTES, FUSE, STRIP),
}
GEMMA = {
    "normalizer": REPLACE,
    "pre_tokenizer": SPLIT,
    "decoder": sequence("decoders", BACK, BYTES, FUSE),
}
VARIANTS = {
    "llama": LLAMA,
    "gemma": GEMMA,
    "no-byte-tokens": {**LLAMA, "model": {"byte_fallback": False}},
    "unknown-one-by-one": {**GEMMA, "model": {"byte_fallback": False, "fuse_unk": False}},
    "ignore-merges": {**GEMMA, "model": {"ignore_merges": True}},
}
for scheme in ["always", "first", "never"]:
    for split in [True, False]:
        VARIANTS[f"metaspace-{scheme}-{split}"] = {
            **LLAMA,
            "normalizer": None,
            "pre_tokenizer": metaspace(scheme, split),
        }


def make_file(path, variant, texts):
    """Frequent characters, and random joins of what there is, most frequent first."""
    rng = random.Random(3)
    vocab = {"<unk>": 0, **{f"<0x{byte:02X}>": byte + 1 for byte in range(256)}}
    counts = {}
    for text in texts:
        for c in text.replace(" ", MARK):
            counts[c] = counts.get(c, 0) + 1
    known = sorted(counts, key=lambda c: (-counts[c], c))[:150]
    vocab.update({c: 257 + i for i, c in enumerate(known)})
    merges = []
    while len(merges) < 900:
        left, right = rng.choice(known), rng.choice(known)
        if left + right in vocab or len(left + right) > 8:
            continue
        vocab[left + right] = len(vocab)
        merges.append([left, right])
        known.append(left + right)
    flags = ["lstrip", "rstrip", "single_word", "normalized", "special"]
    added = []
    for content, given in ADDED.items():
        id = vocab.get(content, len(vocab) + len(added))
        added.append({"id": id, "content": content, **{flag: False for flag in flags}, **given})
    model = {"type": "BPE", "dropout": None, "unk_token": "<unk>", "fuse_unk": True}
    model |= {"continuing_subword_prefix": None, "end_of_word_suffix": None}
    model |= {"byte_fallback": True, "ignore_merges": False, **variant.get("model", {})}
    made = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added}
    made |= {"normalizer": variant["normalizer"], "pre_tokenizer": variant.get("pre_tokenizer")}
    made |= {"post_processor": None, "decoder": variant["decoder"]}
    made["model"] = model | {"vocab": vocab, "merges": merges}
    path.write_text(json.dumps(made, ensure_ascii=False))


@pytest.mark.parametrize("name", VARIANTS)
def test_equal_to_the_library(name, tmp_path):
    specials = [*ADDED, MARK, MARK * 3, "  ", "<0x41>", "<unk>", "<0x0A>"]
    texts = base.random_texts(8000 if base.FULL else 2000, specials, seed=name)
    texts += ["", " ", "  a", MARK, "<s>", "<s> a", " <s>"]
    file = tmp_path / "tokenizer.json"
    make_file(file, VARIANTS[name], texts[:300])
    reference = base.Reference(file)
    ids = base.compare(file, texts, reference)
    assert base.decode(file, ids) == reference.decode(ids)
    reference.library.encode_special_tokens = True
    assert base.encode(file, texts, "text") == reference.encode(texts)
    rng = random.Random(name)
    size = reference.library.get_vocab_size()
    lists = [[rng.randrange(size) for _ in range(rng.randint(1, 9))] for _ in range(3000)]
    assert base.decode(file, lists) == reference.decode(lists)
