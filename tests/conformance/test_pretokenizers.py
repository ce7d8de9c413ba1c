"""Pretokens against pre_tokenize_str of Hugging Face tokenizers."""

import json
import pathlib
import random
import subprocess

import pytest
import tokenizing
import tokenizers

BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
GPT2_GROUPED = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
QWEN35 = QWEN2.replace(r"\p{L}+", r"[\p{L}\p{M}]+")
QWEN35 = QWEN35.replace(r"[^\s\p{L}\p{N}]", r"[^\s\p{L}\p{M}\p{N}]")
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
O200K = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{CONTRACTIONS}"
    rf"|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{CONTRACTIONS}"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TEKKEN = O200K.replace(CONTRACTIONS, "").replace(r"\p{N}{1,3}", r"\p{N}")
DEEPSEEK = (
    r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^"""
    + "\r\n"
    + r"""\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+["""
    + "\r\n"
    + r"]*|\s*["
    + "\r\n"
    + r"]+|\s+(?!\S)|\s+"
)
# Ours know the expressions above to the letter: a group around one makes it a stranger's.
CLASSES = {
    "L": r"\p{L}+", "not-L": r"\P{L}", "s": r"\s+", "S": r"\S+", "w": r"\w+", "W": r"\W+",
    "d": r"\d+", "N": r"[^\p{N}]+", "han": r"[\p{Han}\p{Hiragana}\p{Katakana}]+", "M": r"\p{^M}+",
    "punct": r"[[:punct:]]+", "posix": r"[^[:space:][:digit:][:cntrl:]]+", "dot": r".+",
    "and": r"[\p{L}&&[^\p{Han}]]+", "nested": r"[^(\s|[.,!?…。，、।۔،])]+",
    "P": r"[\p{P}\p{S}$+<=>^`|~]+",
    "cases": r"\p{Lu}\p{Ll}*|\p{Lt}|\p{Lm}+|\p{Lo}{2,}",
}
REGEXES = {
    "counted-plus": r"\p{N}{1,3}+", "at-most": r"a{,2}b", "lazy": r"a+?b", "possessive": r"a++b|a",
    "fold": r"(?i:'s|'k|am|x[st])", "lines": r"^ +|\s+$|b$|^a", "behind": r"(?<=a)b+|(?<!\s)\d",
    "ahead": r"\w+(?=\s)|\s(?!a)", "three-digits": r"\d{1,3}(?=(?:\d{3}){,9}(?!\d))",
    "ends": r"\A.|\s+\z", "atomic": r"(?>a+)b|'", "escapes": r"\x61|\x{4e2d}+|\u00e9|\-|\t",
    "newlines": r"[\r\n]", "deepseek-coder": r"\s?[!-/:-~！-／：-～‘-‟　-。]+", "trailing": r"\s+$",
    "letters": r"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-Ֆ]+",
    "cl100k-2024": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
}  # fmt: skip
BEHAVIORS = ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]


def split(pattern, behavior="Isolated", invert=False):
    kind = pattern if isinstance(pattern, dict) else {"Regex": pattern}
    return {"type": "Split", "pattern": kind, "behavior": behavior, "invert": invert}


def sequence(*parts, **byte_level):
    last = {**BYTE_LEVEL, "use_regex": False, **byte_level}
    return {"type": "Sequence", "pretokenizers": [*parts, last]}


def split_sequence(*regexes):
    return sequence(*map(split, regexes))


KNOWN = {
    "gpt2": {**BYTE_LEVEL, "use_regex": True},
    "gpt2-grouped": split_sequence(GPT2_GROUPED),
    "gpt2-removed": sequence(split(GPT2, "Removed", True)),
    "llama3": split_sequence(LLAMA3),
    "qwen2": split_sequence(QWEN2),
    "qwen35": split_sequence(QWEN35),
    "o200k": split_sequence(O200K),
    "tekken": split_sequence(TEKKEN),
    "deepseek": split_sequence(r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", DEEPSEEK),
    "starcoder": sequence({"type": "Digits", "individual_digits": True}, use_regex=True),
}
STRANGERS = {
    **{f"class-{name}": split_sequence(regex) for name, regex in CLASSES.items()},
    **{f"regex-{name}": split_sequence(regex) for name, regex in REGEXES.items()},
    **{
        f"{behavior}-{invert}": sequence(split(r"\s*\p{P}|b+", behavior, invert))
        for behavior in BEHAVIORS
        for invert in (False, True)
    },
    **{
        f"string-{behavior}": sequence(split({"String": " a.'"[i]}, behavior))
        for i, behavior in enumerate(BEHAVIORS[:4])
    },
    "string": sequence(split({"String": "’s*"}), split({"String": "\n\n"}, "Removed")),
    **{
        f"pcre-{name}": split_sequence(f"(?:{regex})")
        for name, regex in [("gpt2", GPT2), ("llama3", LLAMA3), ("o200k", O200K), ("v3", DEEPSEEK)]
    },
    "prefixed": sequence(split(r"\d"), add_prefix_space=True, use_regex=True),
    "prefix-after-removed": sequence(split(r"\s+", "Removed"), add_prefix_space=True),
}
ALPHABETS = [
    [*"aB's t", "'ll", "'Re", "  ", "\n", "n't"],
    [*"\n\r\t !x", "\n\n", " \n", "//"],
    [*"1234567890 a.'", "１", "٣", "Ⅷ", "²"],
    [*"中文，。Ab1한ああー々", "\u3000", "龥", "龦", "ゟ", "゠", "\u3040"],
    [*"“”’‘—(aB ", "é", "😀", "'", "'\u017f", "\u017f", "\u212a", "$", "+"],
    ["\u00a0", "\u2003", "\u3000", "\x85", " ", "\n", "a", "!", "7", "\u2028", "\x1c", "\u200b"],
    ["\u0301", "ก", "ำ", "e", "A", "ǅ", "ʰ", "中", "b", "(", "/", "\n", "\u0945", "न", "\u094d"],
    ["𐐀", "𐐨", "𝟎", "\U000e0100", "\u00ad", "\ufeff", "a", "A", " ", "\x00", "\u0378", "\ue000"],
]


def alphabet_of_bytes():
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    other = [b for b in range(256) if b not in plain]
    return {**{chr(b): b for b in plain}, **{chr(256 + i): b for i, b in enumerate(other)}}


BYTES = alphabet_of_bytes()


def adversarial_texts(count, seed):
    rng = random.Random(seed)
    texts = []
    for _ in range(count):
        alphabet, other = rng.choice(ALPHABETS), rng.choice(ALPHABETS)
        pieces = []
        for _ in range(rng.randint(1, 90)):
            piece = rng.choice(other if rng.random() < 0.1 else alphabet)
            pieces.append(piece * (rng.randint(1, 70) if rng.random() < 0.03 else 1))
        texts.append("".join(pieces))
    return texts


def code_points():
    everything = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    if tokenizing.FULL:
        return everything
    rng = random.Random(5)
    return sorted({*range(0x3100), *range(0xFB00, 0x10000), *rng.sample(everything, 8000)})


def framed_code_points():
    points = list(map(chr, code_points()))
    frames = ["a{}b", " {} ", "1{}1", "\n{}\n", "!{}!", "'{}s", "A{}A", "{}{}{} ", "({}x", " '{}"]
    for frame in frames:
        joined = [frame.replace("{}", c) for c in points]
        for i in range(0, len(joined), 1000):
            yield "".join(joined[i : i + 1000])


def reference(pre_tokenizer, texts):
    made = {"version": "1.0", "model": {"type": "BPE", "vocab": {}, "merges": []}}
    library = tokenizers.Tokenizer.from_str(json.dumps({**made, "pre_tokenizer": pre_tokenizer}))
    rows = []
    for text in texts:
        pieces = library.pre_tokenizer.pre_tokenize_str(text)
        rows.append([bytes(BYTES[c] for c in piece).decode() for piece, _ in pieces])
    return rows


def ours(path: pathlib.Path, pre_tokenizer, texts):
    path.write_text(json.dumps(pre_tokenizer))
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    command = [str(tokenizing.BIN / "pretokens"), str(path)]
    done = subprocess.run(command, input=lines.encode(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(tmp_path, pre_tokenizer, texts):
    theirs = reference(pre_tokenizer, texts)
    mine = ours(tmp_path / "pre_tokenizer.json", pre_tokenizer, texts)
    assert len(mine) == len(theirs)
    for text, expected, found in zip(texts, theirs, mine):
        if expected != found:
            first = next((i for i, (a, b) in enumerate(zip(expected, found)) if a != b), -1)
            near = slice(max(first - 2, 0), first + 4)
            assert found[near] == expected[near], ascii(text[:300])


@pytest.mark.parametrize("name", KNOWN)
def test_known(tmp_path, name):
    count = 20000 if tokenizing.FULL else 1500
    texts = adversarial_texts(count, 1) + tokenizing.random_texts(count, ["<|x|>"], 2)
    compare(tmp_path, KNOWN[name], texts + list(framed_code_points()))


@pytest.mark.parametrize("name", STRANGERS)
def test_strangers(tmp_path, name):
    count = 5000 if tokenizing.FULL else 400
    texts = adversarial_texts(count, 3) + tokenizing.random_texts(count, ["<|x|>"], 4)
    if tokenizing.FULL or name.startswith("class-"):
        texts += list(framed_code_points())[: None if tokenizing.FULL else 40]
    compare(tmp_path, STRANGERS[name], texts)


@pytest.mark.parametrize(
    "regex, named",
    [(r"\bx", r"\b"), (r"(a)\1", r"\1"), (r"(?i:ss)", "(?i:ss)"), (r"(?i:é)", "beyond ASCII"),
     (r"(?:a*)*b", "match nothing"), (r"x*", "match nothing"), (r"\h", r"\h"), (r"\X", r"\X"),
     (r"\p{Greek}", "Greek"), (r"[[:alpha:]]", "alpha"), (r"(?<n>a)", "named"),
     (r"(?m:a)", "group")],
)  # fmt: skip
def test_what_is_not_certain_is_refused(tmp_path, regex, named):
    path = tmp_path / "pre_tokenizer.json"
    path.write_text(json.dumps(split_sequence(regex)))
    done = subprocess.run([tokenizing.BIN / "pretokens", path], input=b"", capture_output=True)
    assert done.returncode == 8
    assert named in done.stderr.decode()


def test_an_expression_that_explodes_ends_as_an_error(tmp_path):
    path = tmp_path / "pre_tokenizer.json"
    path.write_text(json.dumps(split_sequence(r"(?:a|aa)+(?:b|bb)+c")))
    row = json.dumps({"text": "a" * 60 + "b" * 60 + " c"}).encode()
    command = [tokenizing.BIN / "pretokens", path]
    done = subprocess.run(command, input=row, capture_output=True, timeout=60)
    assert done.returncode == 8
    assert "(?:a|aa)+" in done.stderr.decode()
