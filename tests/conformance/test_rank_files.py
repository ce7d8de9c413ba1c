"""Files of ranks against tiktoken: ids and decoded text, for ranks made here."""

import base64
import collections
import json
import random

import pytest
import tokenizing

tiktoken = pytest.importorskip("tiktoken")

PATTERNS = {
    "r50k_base": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "cl100k_base": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    "o200k_base": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
    r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "llama3": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}
SPECIALS = {"<|endoftext|>": 9000, "<|end|>": 9001, "[x y]": 9003}


def make_ranks(texts, size=3000):
    """The single bytes, shuffled, then frequent strings of bytes: not all can be reached."""
    rng = random.Random(7)
    single = [bytes([byte]) for byte in range(256)]
    rng.shuffle(single)
    counts = collections.Counter()
    for text in texts:
        data = text.encode()
        for length in (2, 3, 4, 6, 9):
            counts.update(data[i : i + length] for i in range(len(data) - length + 1))
    frequent = [token for token, _ in counts.most_common(size)]
    for i in range(0, len(frequent) - 9, 10):  # the order is not that of the lengths
        frequent[i], frequent[i + 9] = frequent[i + 9], frequent[i]
    return {token: rank for rank, token in enumerate(single + frequent)}


@pytest.fixture(scope="module")
def texts():
    specials = [*SPECIALS, "<|", "|>", " \n ", "\n\n", "  \r\n"]
    made = tokenizing.random_texts(6000 if tokenizing.FULL else 1500, specials, seed="ranks")
    return made + [text + "\n  \n" for text in made[:300]] + ["", " ", "\n", " \n \n", "a \n"]


@pytest.mark.parametrize("name", PATTERNS)
def test_equal_to_tiktoken(name, texts, tmp_path):
    ranks = make_ranks(texts[:300])
    lines = [f"{base64.b64encode(token).decode()} {rank}\n" for token, rank in ranks.items()]
    (tmp_path / "made.tiktoken").write_text("".join(lines))
    config = {"pat_str": name, "special_tokens": SPECIALS}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    reference = tiktoken.Encoding(
        name, pat_str=PATTERNS[name], mergeable_ranks=ranks, special_tokens=SPECIALS
    )
    ordinary = [reference.encode_ordinary(text) for text in texts]
    assert tokenizing.encode(tmp_path, texts) == ordinary
    assert tokenizing.decode(tmp_path, ordinary) == texts
    parsed = [reference.encode(text, allowed_special="all") for text in texts]
    assert tokenizing.encode(tmp_path, texts, "parse") == parsed
    ids = [[rank] for rank in ranks.values()]
    assert tokenizing.decode(tmp_path, ids) == [reference.decode(row) for row in ids]
