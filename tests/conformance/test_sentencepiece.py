"""Ids and decoded text of .model tokenizers of every type against sentencepiece.

Every model type and normalization that the library's own trainer makes, trained here on small
samples; texts of mixed scripts, hostile ones, long ones.
"""

import hashlib
import io
import json
import os
import pathlib
import random
import subprocess

import pytest
import sentencepiece
import zstandard

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOKENIZERS = ROOT.parent / "shared" / "data" / "tokenizers"
BIN = pathlib.Path(os.environ.get("CORPUSMILL_BIN", ROOT / "build" / "release" / "bin"))
FULL = os.environ.get("CORPUSMILL_FULL") == "1"
STORED = ["spm-test-unigram", "spm-torchtext-unigram"]


def stored_model(name):
    folder = TOKENIZERS / name
    if not folder.exists():
        pytest.skip("no ../shared/data")
    return next(folder.glob("*.model"))


def run(arguments, rows):
    """Feeds rows to `corpusmill` and returns the rows that it prints."""
    command = [str(BIN / "corpusmill"), *map(str, arguments), "--jsonl", "--format", "json"]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    command += ["--quiet", "-"]
    done = subprocess.run(command, input=lines.encode(), capture_output=True, check=True)
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(printed) == len(rows)
    return printed


def encode(file, texts):
    rows = [{"text": text} for text in texts]
    return [row["ids"] for row in run(["encode", "--tokenizer", file], rows)]


def decode(file, lists):
    return [row["text"] for row in run(["decode", "--tokenizer", file], lists)]


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


ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz",
    "eeeetaoinshrdlu   ",
    "ABCXYZ0123456789",
    " \t\n\r\u00a0\u3000\u2028\u200b\u0085\x0b▁ ",
    "'’\"!?.,;:-_/\\()[]{}<>|@#$%^&*+=~`，。！？、《》「」……．．",
    "的一是在不了有和人这中大为上个国我以要他時說書學",
    "ひらがなカタカナーがぎガギ\u3099\u309a한국어조선말\u1112\u1161\u11ab",
    "Ждйёαβγδεאבגدهوกขคงअआइकख",
    "éèüñçØßſẞıİŁe\u0301a\u0300o\u0308\u0323",
    "😀👍🏽👨‍👩‍👧🇨🇳❤️🧑‍💻",
    "\x00\x01\x1b\x7f\x80\xad\ufeff\ufffd\ufffe\U0010ffff",
    "ﬁﬂ①㎏㍿ｱＡ１Å㌔ﾊﾟ¼㈱",
]
WORDS = ["  ", "   x ", "▁▁", "<s>", "</s>", "<unk>", "<0x41>", "<pad>", "<sep>", "[MASK]", "[MA"]
WORDS += ["......", "aaaaaaaa", "the ", " and", "1234567", "\r\n", "<sep><sep>", "一二三", "é"]


def random_texts(count, seed):
    rng = random.Random(seed)
    texts = []
    for _ in range(count):
        parts = []
        for _ in range(rng.randint(1, 20)):
            kind = rng.random()
            if kind < 0.2:
                parts.append(rng.choice(WORDS))
            elif kind < 0.25:
                code = rng.randrange(0x110000)
                parts.append(chr(code) if not 0xD800 <= code < 0xE000 else " ")
            else:
                alphabet = rng.choice(ALPHABETS)
                parts.append("".join(rng.choice(alphabet) for _ in range(rng.randint(1, 9))))
        texts.append("".join(parts))
    return texts


def long_texts(texts, seed):
    """Runs, joined texts of a megabyte, and what the search cannot commit within."""
    rng = random.Random(seed)
    runs = [c * n for c in "a .的e▁\t😀é0" for n in (1, 2, 1000, 30011)]
    runs += ["ab" * 20000, "的的一" * 9000, "." * 70001, " a" * 30000]
    joined = []
    while sum(map(len, joined)) < (8 << 20 if FULL else 1 << 18):
        joined.append(rng.choice(texts))
    return runs + [" ".join(joined), "\n".join(joined), "".join(joined)]


@pytest.mark.parametrize("name", STORED)
def test_stored_vectors(name):
    file = stored_model(name)
    with (TOKENIZERS / name / "vectors.jsonl.zst").open("rb") as compressed:
        stream = zstandard.ZstdDecompressor().stream_reader(compressed)
        rows = [json.loads(line) for line in io.TextIOWrapper(stream, encoding="utf-8")]
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
    file = stored_model(name)
    texts = random_texts(20000 if FULL else 3000, name)
    compare(file, texts + long_texts(texts, name))


def test_every_code_point():
    step = 1 if FULL else 37
    points = [chr(c) for c in range(0, 0x110000, step) if not 0xD800 <= c < 0xE000]
    points += [chr(c) for c in range(0x3400)] if not FULL else []
    for name in STORED:
        texts = points + ["x" + c + "\u3099y" for c in points]
        compare(stored_model(name), texts)


def sample_lines():
    """Text to train on, made up: words of a few syllables by Zipf's law, several scripts."""
    rng = random.Random(7)
    syllables = "ka to ri en st lo mi ur é ö ба не то か き".split()
    words = ["".join(rng.choice(syllables) for _ in range(rng.randint(1, 4))) for _ in range(900)]
    han = "的一是在不了有和人这中大为上个国我以要他時說書學天地玄黄宇宙洪荒日月盈昃"
    for _ in range(1500):
        line = []
        for _ in range(rng.randint(2, 16)):
            kind = rng.random()
            if kind < 0.72:
                line.append(words[int(len(words) * rng.random() ** 3)])
            elif kind < 0.85:
                line.append("".join(rng.choice(han) for _ in range(rng.randint(1, 6))))
            elif kind < 0.95:
                line.append(str(rng.randrange(3000)))
            else:
                line.append(rng.choice(["......", "!?", "<sep>", "ﬁx", "[MASK]", "①", "がｶﾞ"]))
        yield rng.choice([" ", " ", " ", "  "]).join(line)


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
    texts = list(sample_lines())[:300] + random_texts(3000 if FULL else 700, variant)
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
