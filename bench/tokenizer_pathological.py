"""Inputs that make tokenizers slow, and how slow they make ours: bench/tokenizer.py --pathological.

The promise: no input takes more than 4 times the time of prose per byte, and 250 ns a line. All are
drawn from a fixed seed, so that a figure can be asked for again.
"""

import base64
import functools
import itertools
import json
import random
import sys

TIMES_PROSE_MAX = 4.0
LINE_SECONDS_MAX = 250e-9
HAN = (0x4E00, 0x9FA5)


def letters(count, alphabet="abcdefghijklmnopqrstuvwxyz"):
    return "".join(random.choices(alphabet, k=count))


@functools.cache
def characters_of(*ranges):
    return [chr(code) for first, last in ranges for code in range(first, last + 1)]


def in_range(count, *ranges):
    return "".join(random.choices(characters_of(*ranges), k=count))


def one_document(text):
    """All of it is one text of about `size` bytes."""
    return lambda size: iter([text(size)])


def many_documents(text):
    return lambda size: (text() for _ in itertools.count())


def mixed_scripts():
    scripts = ((0x61, 0x7A), (0x410, 0x44F), HAN, (0x3041, 0x3096), (0x5D0, 0x5EA))
    return "".join(in_range(random.randint(1, 3), random.choice(scripts)) for _ in range(500))


def minified_json():
    rows = [{"id": random.random(), letters(5): letters(8), "n": [None, i]} for i in range(30)]
    return json.dumps(rows, separators=(",", ":"))


def combining_marks():
    return "".join("e" + in_range(random.randint(0, 40), (0x300, 0x36F)) for _ in range(50))


# name: size -> texts, as many as are asked for
INPUTS = {
    "no space, one text": one_document(lambda size: letters(int(size))),
    "no space, Han, one text": one_document(lambda size: in_range(int(size / 3), HAN)),
    "no space, upper and lower": one_document(lambda size: letters(int(size), "aAbBcC")),
    # Normalization puts marks above and below in order, however many stand on one letter.
    "two marks in turns, one text": one_document(
        lambda size: "e" + letters(int(size / 2), "\u0301\u0323")
    ),
    **{
        f"a million of {one!a}": many_documents(lambda one=one: one * 1_000_000)
        for one in "a =0\n\t\x00\u6c49\u0301\U0001f600"
    },
    "base64": many_documents(lambda: base64.b64encode(random.randbytes(60_000)).decode()),
    "hexadecimal": many_documents(lambda: random.randbytes(40_000).hex()),
    "emoji": many_documents(lambda: in_range(2000, (0x1F300, 0x1F6FF))),
    "digits": many_documents(lambda: letters(5000, "0123456789")),
    "spaces and newlines": many_documents(lambda: letters(5000, " \n") + "."),
    "punctuation": many_documents(lambda: letters(5000, "!#$%&'()*+,-./:;<=>?@[]^_`{|}~")),
    "mixed scripts": many_documents(mixed_scripts),
    "any code point": many_documents(lambda: in_range(500, (0x20, 0xD7FF), (0xE000, 0x2FFFF))),
    "minified JSON": many_documents(minified_json),
    "combining marks": many_documents(combining_marks),
    "one byte a document": many_documents(lambda: random.choice("abcxyz")),
}


def write(name, path, size):
    random.seed(name)
    blank = "." if "\\" in name or "' '" in name else ""  # a text of white space alone is dropped
    with open(path, "w", encoding="utf-8") as file:
        lines = 0
        for text in INPUTS[name](size):
            file.write(json.dumps({"text": text + blank}, ensure_ascii=False) + "\n")
            lines += 1
            if file.tell() >= size:
                return lines
    return lines


def cpu_seconds(ours, tokenizer, path, rounds):
    return min(ours.run(tokenizer, path, 1)["cpu_seconds"] for _ in range(rounds))


def run(ours, options, folder):
    failures = 0
    size = options.pathological_mb * 1e6
    for tokenizer in options.tokenizers:
        prose = cpu_seconds(ours, tokenizer, options.texts[0], options.rounds)
        per_byte = prose / options.texts[0].stat().st_size
        print(f"\n{tokenizer}: {options.texts[0].name} takes {per_byte * 1e9:.2f} ns a byte")
        for name in INPUTS:
            path = folder / "pathological.jsonl"
            lines = write(name, path, size)
            taken = cpu_seconds(ours, tokenizer, path, options.rounds)
            count = path.stat().st_size
            times = max(taken - lines * LINE_SECONDS_MAX, 0) / count / per_byte
            failed = times > TIMES_PROSE_MAX
            failures += failed
            print(f"  {name:<28}{lines:>9} lines{taken / count * 1e9:>9.2f} ns a byte, "
                  f"{times:>6.2f} times prose{'   FAILS' if failed else ''}")  # fmt: skip
            sys.stdout.flush()
    if failures:
        sys.exit(f"{failures} inputs take more than {TIMES_PROSE_MAX:g} times prose")
