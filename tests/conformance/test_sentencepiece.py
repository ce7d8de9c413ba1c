"""Ids and decoded text of .model tokenizers of every type against sentencepiece.

Every model type and normalization that the library's own trainer makes, trained here on small
samples; texts of mixed scripts, hostile ones, long ones.
"""

import hashlib
import random

import pytest
import sentencepiece
from tokenizing import (
    FULL,
    PIECES,
    TOKENIZERS,
    decode,
    encode,
    long_texts,
    random_texts,
    read_zst,
    sample_lines,
    tokenizer_file,
)

STORED = ["spm-test-unigram", "spm-torchtext-unigram"]


def compare(file, texts, library=None):
    """Asserts equal ids and equal decoded text; shows the first text that differs."""
    library = library or sentencepiece.SentencePieceProcessor(model_file=str(file))
    ours = encode(file, texts)
    theirs = library.encode(texts)
    assert len(ours) == len(theirs)
    for text, mine, expected in zip(texts, ours, theirs):
        assert mine == expected, text[:2000]
    for ids, text, expected in zip(theirs, decode(file, theirs), library.decode(theirs)):
        assert text == expected, ids[:500]


@pytest.mark.parametrize("name", STORED)
def test_stored_vectors(name):
    file = tokenizer_file(name)
    rows = list(read_zst(TOKENIZERS / name / "vectors.jsonl.zst"))
    ours = encode(file, [row["text"] for row in rows])
    assert len(ours) == len(rows) == 1011
    decoded = decode(file, ours)
    for row, ids, text in zip(rows, ours, decoded):
        if "ids" in row:
            assert ids == row["ids"], row["text"]
        else:
            packed = b"".join(id.to_bytes(4, "little") for id in ids)
            assert len(ids) == row["n_ids"]
            assert hashlib.sha256(packed).hexdigest() == row["ids_u32le_sha256"]
        if "decoded" in row:
            assert text == row["decoded"]


@pytest.mark.parametrize("name", STORED)
def test_stored_models(name):
    file = tokenizer_file(name)
    texts = random_texts(20000 if FULL else 3000, PIECES, name)
    compare(file, texts + long_texts(texts, name))


def test_every_code_point():
    step = 1 if FULL else 37
    points = [chr(c) for c in range(0, 0x110000, step) if not 0xD800 <= c < 0xE000]
    points += [chr(c) for c in range(0x3400)] if not FULL else []
    for name in STORED:
        texts = points + ["x" + c + "\u3099y" for c in points]
        compare(tokenizer_file(name), texts)


SYMBOLS = ["<sep>", "[MASK]", "[MAS", "的一", "a b", "▁x", "é", "12"]
VARIANTS = {
    "plain": dict(),
    "bytes": dict(byte_fallback=True),
    "nmt": dict(normalization_rule_name="nmt_nfkc", user_defined_symbols=SYMBOLS),
    "nfkc-bytes": dict(
        normalization_rule_name="nfkc", byte_fallback=True, user_defined_symbols=SYMBOLS
    ),
    "cf-suffix": dict(normalization_rule_name="nmt_nfkc_cf", treat_whitespace_as_suffix=True),
    "nfkc-cf": dict(normalization_rule_name="nfkc_cf", add_dummy_prefix=False),
    "keeps-spaces": dict(remove_extra_whitespaces=False, allow_whitespace_only_pieces=True),
    "identity": dict(normalization_rule_name="identity", split_by_whitespace=False),
    "identity-suffix": dict(
        normalization_rule_name="identity",
        treat_whitespace_as_suffix=True,
        remove_extra_whitespaces=False,
        byte_fallback=True,
        unk_surface="[?]",
        control_symbols=["<sep>"],
    ),
    "bare": dict(
        normalization_rule_name="identity",
        add_dummy_prefix=False,
        remove_extra_whitespaces=False,
        character_coverage=0.985,
    ),
    "other-ids": dict(unk_id=5, bos_id=-1, eos_id=0, pad_id=3, unk_piece="[UNK]", pad_piece="[P]"),
}


def train(folder, model_type, options, vocab_size):
    options = {"vocab_size": vocab_size, "hard_vocab_limit": False, **options}
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=sample_lines(),
        model_prefix=str(folder / "trained"),
        model_type=model_type,
        minloglevel=2,
        num_threads=1,
        num_sub_iterations=1,
        seed_sentencepiece_size=20000,
        **options,
    )
    return folder / "trained.model"


@pytest.mark.parametrize("model_type", ["bpe", "unigram", "char", "word"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_trained_models(tmp_path, model_type, variant):
    file = train(tmp_path, model_type, VARIANTS[variant], 1500)
    texts = list(sample_lines())[:300] + random_texts(3000 if FULL else 700, PIECES, variant)
    compare(file, texts + (long_texts(texts, variant) if model_type in ("bpe", "unigram") else []))


@pytest.mark.parametrize("variant", ["plain", "nfkc-bytes", "cf-suffix", "bare"])
def test_ids_in_any_order_decode_alike(tmp_path, variant):
    file = train(tmp_path, "unigram", VARIANTS[variant], 900)
    library = sentencepiece.SentencePieceProcessor(model_file=str(file))
    rng = random.Random(variant)
    size = library.vocab_size()
    lists = [[rng.randrange(size) for _ in range(rng.randint(1, 12))] for _ in range(3000)]
    few = [id for id in range(size) if id < 300 or "▁" in library.id_to_piece(id)]
    lists += [[rng.choice(few) for _ in range(rng.randint(1, 6))] for _ in range(3000)]
    lists += [[id] for id in range(size)] + [[]]
    assert decode(file, lists) == [library.decode(ids) for ids in lists]
