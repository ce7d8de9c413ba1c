"""train-tokenizer against Hugging Face's trainer, and its files in the reference libraries."""

import collections
import json
import subprocess

import pytest
import sentencepiece
import tokenizers
from conftest import BIN, SHARED_DATA
from tokenizers import decoders, models, pre_tokenizers, trainers
from tokenizing import encode

SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

pytestmark = pytest.mark.skipif(not SHARED_DATA.exists(), reason="no ../shared/data")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Some rows of industry_small.jsonl: the file and the texts."""
    texts = []
    for line in (SHARED_DATA / "industry_small.jsonl").read_text().splitlines()[:400]:
        texts.append(json.loads(line)["text"])
    path = tmp_path_factory.mktemp("corpus") / "corpus.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return path, texts


def train(corpus, output, *options):
    command = [BIN / "corpusmill", "train-tokenizer", corpus, "-o", output, "--quiet", *options]
    done = subprocess.run(list(map(str, command)), capture_output=True, check=True)
    assert done.stderr == b""


LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
# As tiktoken writes it.
CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
)
O200K_START = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
O200K_END = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
O200K_SUFFIX = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
O200K = "|".join([
    f"{O200K_START}*{O200K_END}+{O200K_SUFFIX}", f"{O200K_START}+{O200K_END}*{O200K_SUFFIX}",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+",
])  # fmt: skip
REGEXES = {
    "gpt2": None,
    "llama3": LLAMA3,
    "cl100k": CL100K,
    "qwen2": LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}"),
    "o200k": O200K,
}


def hugging_face_model(texts, regex=None, **options):
    """What BpeTrainer learns: vocabulary and merges."""
    theirs = tokenizers.Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=regex is None)
    theirs.pre_tokenizer = byte_level
    if regex is not None:
        split = pre_tokenizers.Split(tokenizers.Regex(regex), "isolated")
        theirs.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])
    theirs.decoder = decoders.ByteLevel()
    options.setdefault("special_tokens", SPECIALS)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    theirs.train_from_iterator(
        texts, trainers.BpeTrainer(initial_alphabet=alphabet, show_progress=False, **options)
    )
    return json.loads(theirs.to_str())["model"]


def expect_equal(folder, expected, texts):
    """The model is the expected one; the files load in the library and encode alike."""
    ours = json.loads((folder / "tokenizer.json").read_text())
    assert ours["model"]["vocab"] == expected["vocab"]
    assert ours["model"]["merges"] == expected["merges"]
    expect_loads(folder, texts)


def expect_loads(folder, texts):
    loaded = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    ids = [row.ids for row in loaded.encode_batch_fast(texts, add_special_tokens=False)]
    assert encode(folder, texts) == ids


@pytest.mark.parametrize("splitter", REGEXES)
def test_byte_bpe_equals_hugging_face(corpus, tmp_path, splitter):
    path, texts = corpus
    train(path, tmp_path, "--vocab-size", 3000, "--splitter", splitter)
    expect_equal(tmp_path, hugging_face_model(texts, REGEXES[splitter], vocab_size=3000), texts)


def test_min_frequency_and_token_length_equal_hugging_face(corpus, tmp_path):
    path, texts = corpus
    train(path, tmp_path / "rare", "--vocab-size", 30000, "--min-frequency", 30)
    expected = hugging_face_model(texts, vocab_size=30000, min_frequency=30)
    assert len(expected["vocab"]) < 30000
    expect_equal(tmp_path / "rare", expected, texts)
    # The library's limit is the first length that is too long.
    train(path, tmp_path / "short", "--vocab-size", 3000, "--max-token-length", 5)
    expected = hugging_face_model(texts, vocab_size=3000, max_token_length=6)
    expect_equal(tmp_path / "short", expected, texts)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_byte_bpe_equals_hugging_face_on_a_corpus(language, tmp_path):
    source = SHARED_DATA / f"{language}.jsonl.zst"
    if not source.exists():
        pytest.skip(f"no {source.name}")
    zstandard = pytest.importorskip("zstandard")
    texts, size = [], 0
    with zstandard.open(source, "rt", encoding="utf-8") as lines:
        for line in lines:
            texts.append(json.loads(line)["text"])
            size += len(texts[-1].encode())
            if size > 3_000_000:
                break
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    # The special is reached by merges as well.
    options = ["--vocab-size", 8000, "--special", "in"]
    train(path, tmp_path / "a", *options, "--memory", "1GiB", "--threads", 1)
    train(path, tmp_path / "b", *options, "--memory", "64MiB", "--threads", 3)
    cut = [piece for text in texts for piece in text.split("in")]
    expected = hugging_face_model(cut, vocab_size=8000, special_tokens=["in"])
    ours = (tmp_path / "a" / "tokenizer.json").read_text()
    assert json.loads(ours)["model"]["merges"] == expected["merges"]
    assert json.loads(ours)["model"]["vocab"] == expected["vocab"]
    assert (tmp_path / "b" / "tokenizer.json").read_text() == ours


def test_seed_characters_are_tokens_and_load(corpus, tmp_path):
    path, texts = corpus
    options = ["--vocab-size", 6000, "--seed-characters", 0.99]
    train(path, tmp_path, *options)
    model = json.loads((tmp_path / "tokenizer.json").read_text())["model"]
    loaded = tokenizers.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    counts = collections.Counter("".join(texts))
    total, covered = sum(counts.values()), 0
    for character, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if covered >= 0.99 * total:
            break
        covered += count
        assert len(loaded.encode(character).ids) == 1, character
    assert len(model["vocab"]) == 6000
    expect_loads(tmp_path, texts)


def test_byte_bpe_loads_in_transformers(corpus, tmp_path):
    transformers = pytest.importorskip("transformers")
    train(corpus[0], tmp_path, "--vocab-size", 500, "--special", "<s>", "--special", "</s>")
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id, len(tokenizer)) == (0, 1, 500)
    text = "hello 世界</s>"
    assert encode(tmp_path, [text]) == [tokenizer(text)["input_ids"]]
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_sentencepiece_bpe_loads_in_sentencepiece(corpus, tmp_path):
    path, texts = corpus
    model = tmp_path / "small.model"
    train(path, model, "--kind", "sentencepiece-bpe", "--vocab-size", 6000, "--special", "<x>")
    loaded = sentencepiece.SentencePieceProcessor(model_file=str(model))
    assert (loaded.bos_id(), loaded.eos_id(), loaded.piece_to_id("<x>")) == (1, 2, 3)
    assert loaded.vocab_size() == 6000
    assert encode(model, texts) == loaded.encode(texts)


def test_training_twice_gives_the_same_bytes(corpus, tmp_path):
    options = ["--kind", "sentencepiece-unigram", "--vocab-size", 3500, "--sample-bytes", "200KB"]
    train(corpus[0], tmp_path / "a.model", *options)
    train(corpus[0], tmp_path / "b.model", *options, "--threads", 1)
    assert (tmp_path / "a.model").read_bytes() == (tmp_path / "b.model").read_bytes()
