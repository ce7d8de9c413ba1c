"""Ids and decoded text of tokenizer.json files whose BPE starts from characters, against Hugging
Face tokenizers: the forms in which Llama 2, Mistral and Gemma are stored, and others, trained here.
"""

import json
import random

import pytest
import tokenizers
from tokenizing import FULL, PIECES, decode, encode, random_texts, sample_lines

MARK = "▁"
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
REPLACE = {"type": "Replace", "pattern": {"String": " "}, "content": MARK}
PREPEND = {"type": "Prepend", "prepend": MARK}
DECODERS = [
    {"type": "Replace", "pattern": {"String": MARK}, "content": " "},
    {"type": "ByteFallback"},
    {"type": "Fuse"},
    {"type": "Strip", "content": " ", "start": 1, "stop": 0},
]


def metaspace(scheme, split):
    return {"type": "Metaspace", "replacement": MARK, "prepend_scheme": scheme, "split": split}


LLAMA = {"type": "Sequence", "normalizers": [PREPEND, REPLACE]}
SPLIT = {
    "type": "Split",
    "pattern": {"String": " "},
    "behavior": "MergedWithPrevious",
    "invert": False,
}
WORDS = {"byte_fallback": False, "fuse_unk": True}
VARIANTS = {
    "llama": dict(normalizer=LLAMA),
    "gemma": dict(normalizer=REPLACE),
    "gemma2": dict(normalizer=REPLACE, pre_tokenizer=SPLIT),
    "first": dict(pre_tokenizer=metaspace("first", False)),
    "always": dict(pre_tokenizer=metaspace("always", False)),
    "never-split": dict(pre_tokenizer=metaspace("never", True)),
    "always-split": dict(pre_tokenizer=metaspace("always", True)),
    "unknown": dict(normalizer=LLAMA, model=WORDS),
    "unknown-split": dict(pre_tokenizer=metaspace("first", True), model=WORDS),
    "unknown-apart": dict(normalizer=REPLACE, model={"byte_fallback": False, "fuse_unk": False}),
    "whole": dict(normalizer=LLAMA, model={"ignore_merges": True}),
    "whole-split": dict(pre_tokenizer=metaspace("always", True), model={"ignore_merges": True}),
    "normalized": dict(normalizer=LLAMA, normalized=True),
    "normalized-metaspace": dict(pre_tokenizer=metaspace("first", False), normalized=True),
}


def train():
    """Vocabulary and merges; characters met seldom have no token."""
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace(split=False)
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=900, limit_alphabet=70, special_tokens=["<unk>"], show_progress=False
    )
    tokenizer.train_from_iterator((line[:60] for line in sample_lines()), trainer)
    return json.loads(tokenizer.to_str())["model"]


TRAINED = train()


def token(id, content, special, normalized, **flags):
    plain = dict(single_word=False, lstrip=False, rstrip=False)
    return {"id": id, "content": content, "special": special, "normalized": normalized} | (
        plain | flags
    )


def write(folder, normalizer=None, pre_tokenizer=None, model={}, normalized=False):
    spelled = ["<unk>", "<s>", "</s>"] + BYTES
    spelled += [text for text in TRAINED["vocab"] if text != "<unk>"]
    if model.get("ignore_merges"):
        # Tokens that no merge makes.
        spelled += ["▁zzz", "▁kz", "▁ka to", "▁ka▁to", "xyz"]
    vocab = {text: id for id, text in enumerate(spelled)}
    size = len(vocab)
    added = [token(id, text, True, normalized) for text, id in list(vocab.items())[:3]]
    added.append(token(size, "[MASK]", True, False, lstrip=True))
    added.append(token(size + 1, "q-q", False, normalized, single_word=True))
    added.append(token(size + 2, "<sep> x", False, normalized, rstrip=True))
    file = folder / "tokenizer.json"
    parts = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": normalizer,
        "pre_tokenizer": pre_tokenizer,
        "post_processor": None,
        "decoder": {"type": "Sequence", "decoders": DECODERS},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": "<unk>",
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": True,
            "byte_fallback": True,
            "ignore_merges": False,
            "vocab": vocab,
            "merges": TRAINED["merges"],
        }
        | model,
    }
    file.write_text(json.dumps(parts, ensure_ascii=False))
    return file


def glued_texts(count, seed):
    rng = random.Random(seed)
    parts = ["<s>", "</s>", "<unk>", "[MASK]", "q-q", "<sep> x", "<0x41>"]
    parts += [MARK, MARK * 2, " ", "  "]
    parts += ["ka to", "zzz", " kz", "xyz", "的一", "éö", "\n", "中", "x", "1", "😀", "ſ"]
    return ["".join(rng.choice(parts) for _ in range(rng.randint(1, 8))) for _ in range(count)]


@pytest.mark.parametrize("variant", VARIANTS)
def test_forms(tmp_path, variant):
    file = write(tmp_path, **VARIANTS[variant])
    library = tokenizers.Tokenizer.from_file(str(file))
    texts = list(sample_lines())[:300] + random_texts(3000 if FULL else 600, PIECES, variant)
    texts += glued_texts(1500, variant)
    ours = encode(file, texts)
    for text, ids in zip(texts, ours):
        assert ids == library.encode(text, add_special_tokens=False).ids, text
    library.encode_special_tokens = True
    expected = [library.encode(text, add_special_tokens=False).ids for text in texts]
    assert encode(file, texts, "text") == expected
    lists = ours[::3] + [[id] for id in range(library.get_vocab_size())]
    rng = random.Random(variant)
    lists += [[rng.randrange(300) for _ in range(rng.randint(1, 9))] for _ in range(1000)]
    expected = [library.decode(ids, skip_special_tokens=False) for ids in lists]
    assert decode(file, lists) == expected
