"""`corpusmill dedup` against brute force in Python: sets of shingles, every pair compared."""

import collections
import itertools
import json
import random

import pytest
import zstandard

HAN = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动"
KANA = "あいうえおかきくけこさしすせそアイウエオカキクケコ"


def is_unit(character):
    """Scripts written without spaces, as far as these texts have them."""
    code = ord(character)
    return 0x4E00 <= code < 0xA000 or 0x3040 <= code < 0x3100 or 0x0E00 <= code < 0x0E80


def units(text):
    """A Han, Kana or Thai character each, or a run between spaces."""
    found, run = [], ""
    for character in text:
        if is_unit(character) or character.isspace():
            if run:
                found.append(run)
            run = ""
            if not character.isspace():
                found.append(character)
        else:
            run += character
    return found + [run] if run else found


CUTS = {"units": units, "words": str.split, "chars": list, "bytes": lambda text: text.encode()}


def shingles(text, rule):
    name, size = rule.split(":")
    size = int(size)
    parts = CUTS[name](text)
    if len(parts) < size:
        return {text}
    return {tuple(parts[i : i + size]) for i in range(len(parts) - size + 1)}


def jaccard(a, b):
    return len(a & b) / len(a | b)


def alike_pairs(sets, at_least):
    """{(earlier, later): similarity} of all pairs that reach it, by an index of shingles."""
    index = collections.defaultdict(list)
    for number, found in enumerate(sets):
        for shingle in found:
            index[shingle].append(number)
    shared = collections.Counter(
        pair for numbers in index.values() for pair in itertools.combinations(numbers, 2)
    )
    pairs = {}
    for (a, b), count in shared.items():
        similarity = count / (len(sets[a]) + len(sets[b]) - count)
        if similarity >= at_least:
            pairs[a, b] = similarity
    return pairs


def recall_of_bands(similarity, bands, rows):
    return 1 - (1 - similarity**rows) ** bands


class Deduplicated:
    """What a run of `dedup --near` has written, by lines from 1."""

    def __init__(self, corpusmill, source, folder, *options):
        folder.mkdir(exist_ok=True)
        output, pairs = folder / "unique.jsonl", folder / "pairs.jsonl"
        done = corpusmill(
            "dedup", "--near", source, "-o", output, "--pairs", pairs, "--json", "--quiet", *options
        )
        self.summary = done.json
        self.kept = output.read_bytes()
        with (folder / "unique.jsonl.rejected.jsonl.zst").open("rb") as file:
            lines = zstandard.ZstdDecompressor().stream_reader(file).read().splitlines()
        rejected = [json.loads(line) for line in lines]
        self.exact = {r["line"] for r in rejected if r["reason"] == "exact_duplicate"}
        self.near = {r["line"] for r in rejected if r["reason"] == "near_duplicate"}
        self.pairs_bytes = pairs.read_bytes()
        self.pairs = {
            (row["of_line"], row["line"]): row
            for row in map(json.loads, self.pairs_bytes.splitlines())
        }

    def greedy(self, lines):
        """The lines that the rule removes, given the verified pairs."""
        earlier = collections.defaultdict(list)
        for a, b in self.pairs:
            earlier[max(a, b)].append(min(a, b))
        removed = set()
        for line in lines:
            if any(other not in removed for other in earlier[line]):
                removed.add(line)
        return removed


def write_rows(path, texts):
    rows = (json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
    path.write_text("".join(rows), encoding="utf-8")
    return path


def random_document(rng):
    if rng.random() < 0.5:
        return "".join(rng.choice(HAN + KANA) for _ in range(rng.randint(8, 120)))
    words = ("".join(rng.choice("abcdefghij") for _ in range(rng.randint(2, 6))) for _ in range(40))
    return " ".join(itertools.islice(words, rng.randint(8, 40)))


def changed(text, rng):
    """The text with some characters replaced, left out or put in."""
    characters = list(text)
    for _ in range(rng.randint(1, 1 + len(characters) // 30)):
        at = rng.randrange(len(characters))
        characters[at : at + rng.randint(0, 2)] = rng.choice([HAN[at % 40], "q", " ", ""])
    return "".join(characters).strip() or "q"


def families(count, seed):
    """Texts of which about a third are changed copies of earlier ones, copies of copies too."""
    rng = random.Random(seed)
    texts = []
    while len(texts) < count:
        known = texts and rng.random() < 0.35
        texts.append(changed(rng.choice(texts[-200:]), rng) if known else random_document(rng))
    return texts


@pytest.mark.parametrize(
    "rule, threshold", [("units:5", 0.8), ("chars:5", 0.8), ("words:3", 0.7), ("bytes:9", 0.5)]
)
def test_ten_thousand_documents_against_brute_force(corpusmill, tmp_path, rule, threshold):
    texts = families(10_000, rule)
    source = write_rows(tmp_path / "in.jsonl", texts)
    run = Deduplicated(
        corpusmill, source, tmp_path / "out", "--shingle", rule, "--threshold", threshold
    )
    firsts = {}
    for line, text in enumerate(texts, 1):
        firsts.setdefault(text, line)
    assert run.exact == set(range(1, len(texts) + 1)) - set(firsts.values())

    lines = sorted(firsts.values())
    sets = [shingles(texts[line - 1], rule) for line in lines]
    truth = {
        (lines[a], lines[b]): similarity
        for (a, b), similarity in alike_pairs(sets, threshold).items()
    }
    for pair, row in run.pairs.items():
        assert truth[pair] == pytest.approx(row["similarity"], abs=1e-4), pair
    assert run.near == run.greedy(lines)

    shape = run.summary["near"]
    expected = [recall_of_bands(s, shape["bands"], shape["rows"]) for s in truth.values()]
    deviation = sum(p * (1 - p) for p in expected) ** 0.5
    assert len(truth) > 300
    assert len(run.pairs) >= sum(expected) - 5 * deviation - 1


def test_short_texts_are_alike_only_if_equal(corpusmill, tmp_path):
    rng = random.Random(4)
    words = ["ab", "cd", "好", "的", "x", "เ", "か", "12"]
    texts = sorted({" ".join(rng.choices(words, k=rng.randint(1, 4))) for _ in range(3000)})
    rng.shuffle(texts)
    source = write_rows(tmp_path / "in.jsonl", texts)
    run = Deduplicated(corpusmill, source, tmp_path / "out")
    assert not run.near and not run.exact and not run.pairs


def test_those_linked_through_a_removed_one_stay(corpusmill, tmp_path):
    """A chain: each text is like its neighbours only. Every second one goes."""
    words = [f"w{i}" for i in range(400)]
    texts = [" ".join(words[10 * i : 10 * i + 100]) for i in range(30)]
    source = write_rows(tmp_path / "in.jsonl", texts)
    run = Deduplicated(
        corpusmill, source, tmp_path / "out", "--threshold", 0.8, "--bands", 56, "--rows", 2
    )
    sets = [shingles(text, "units:5") for text in texts]
    assert jaccard(sets[0], sets[1]) >= 0.8 > jaccard(sets[0], sets[2])
    assert run.near == set(range(2, 31, 2))
    assert len(run.pairs) == 29


@pytest.mark.parametrize("options", [["--threads", 1], ["--memory", "64MiB"], ["--threads", 4]])
def test_the_same_bytes(corpusmill, tmp_path, options):
    texts = families(3000, "bytes")
    source = write_rows(tmp_path / "in.jsonl", texts)
    packed = tmp_path / "in.jsonl.zst"
    packed.write_bytes(zstandard.compress(source.read_bytes()))
    plain = Deduplicated(corpusmill, source, tmp_path / "plain")
    other = Deduplicated(corpusmill, packed, tmp_path / "other", *options)
    assert plain.near and plain.kept == other.kept
    assert plain.pairs_bytes.replace(b"in.jsonl", b"") == other.pairs_bytes.replace(
        b"in.jsonl.zst", b""
    )


def test_mixed_small(corpusmill, tmp_path, shared_data):
    """The injected groups exactly; of the listed pairs, those that reach the threshold."""
    truth = json.loads((shared_data / "mixed_small.truth.json").read_text())
    rows = (shared_data / "mixed_small.neardup_pairs.tsv").read_text().splitlines()[1:]
    alike = {(int(a), int(b)): float(s) for a, b, s in map(str.split, rows)}
    run = Deduplicated(
        corpusmill,
        shared_data / "mixed_small.jsonl",
        tmp_path,
        *("--shingle", "chars:5", "--threshold", 0.5, "--bands", 56, "--rows", 2),
    )
    exact = {line for group in truth["exact_groups"] for line in sorted(group)[1:]}
    assert run.exact == exact
    still_in = {pair for pair in alike if not exact & set(pair)}
    assert set(run.pairs) <= still_in
    for pair, row in run.pairs.items():
        assert row["similarity"] == pytest.approx(alike[pair], abs=1e-4)
    assert len(run.pairs) >= len(still_in) - 1
    assert run.near == run.greedy(range(1, 6529))
