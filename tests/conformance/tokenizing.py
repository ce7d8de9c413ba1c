"""What the tests of tokenizers share: our commands as functions, the reference libraries, texts.

CORPUSMILL_FULL=1 makes them thorough instead of quick.
"""

import io
import json
import os
import random
import subprocess
import unicodedata

import pytest
import sentencepiece
import tokenizers
import zstandard
from conftest import BIN, SHARED_DATA

FULL = os.environ.get("CORPUSMILL_FULL") == "1"
TOKENIZERS = SHARED_DATA / "tokenizers"


def tokenizer_file(name):
    """The tokenizer.json or .model of a shared tokenizer; the test is skipped without it."""
    folder = TOKENIZERS / name
    if not folder.exists():
        pytest.skip("no ../shared/data")
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


ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz",
    "eeeetaoinshrdlu   ",
    "ABCXYZ0123456789",
    "0123456789٣५๙²½Ⅷ㊿",
    " \t\n\r\u00a0\u3000\u2028\u200b\u0085\x0b▁ ",
    "'’\"!?.,;:-_/\\()[]{}<>|@#$%^&*+=~`，。！？、《》「」……．．",
    "的一是在不了有和人这中大为上个国我以要他時說書學",
    "ひらがなカタカナーがぎガギ\u3099\u309a한국어조선말\u1112\u1161\u11ab",
    "Ждйёαβγδεאבגدهوกขคงअआइकख",
    "éèüñçØßſẞıİŁe\u0301a\u0300o\u0308\u0323",
    "😀👍🏽👨‍👩‍👧🇨🇳❤️🧑‍💻",
    "\x00\x01\x1b\x7f\x80\xad\ufeff\ufffd\ufffe\U0010ffff",
    "\u0301\u0323\u0334\u20dd\u0897\u1ac5\u0bbe\U000113b8",
    "\u1c89\U000105c0\U00010d40\U0002ebf0\U0001ccf5\U00011bc0\U00011de3",
    "ﬁﬂ①㎏㍿ｱＡ１Å㌔ﾊﾟ¼㈱",
]
WORDS = ["'s", "'S", "'ll", "'re", "'ſ", "don't", "it'd", "we've", "I'M", "\r\n", "\n\n"]
WORDS += ["    ", "1234567", "x1y2", "  ", "   x ", "......", "aaaaaaaa", "the ", " and"]
WORDS += ["一二三", "é"]


# What models of sentencepiece's kind spell as pieces.
PIECES = ["▁▁", "<s>", "</s>", "<unk>", "<0x41>", "<pad>", "<sep>", "[MASK]", "[MA", "<sep><sep>"]


def random_texts(count, specials, seed):
    """Mixed scripts, white space, digits, emoji, controls, marks and special tokens, glued."""
    rng = random.Random(seed)
    texts = []
    for _ in range(count):
        parts = []
        for _ in range(rng.randint(1, 17)):
            kind = rng.random()
            if kind < 0.12:
                parts.append(rng.choice(specials))
            elif kind < 0.25:
                parts.append(rng.choice(WORDS))
            elif kind < 0.3:
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
