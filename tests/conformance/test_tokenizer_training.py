"""train-tokenizer against Hugging Face's trainer, and its files in the reference libraries."""

import json
import os
import pathlib
import subprocess

import pytest
import sentencepiece
import tokenizers
from test_tokenizers import encode
from tokenizers import decoders, models, pre_tokenizers, trainers

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
BIN = pathlib.Path(os.environ.get("CORPUSMILL_BIN", ROOT / "build" / "release" / "bin"))
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="no ../shared/data")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Some rows of industry_small.jsonl: the file and the texts."""
    texts = []
    for line in (DATA / "industry_small.jsonl").read_text().splitlines()[:400]:
        texts.append(json.loads(line)["text"])
    path = tmp_path_factory.mktemp("corpus") / "corpus.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return path, texts


def train(corpus, output, *options):
    command = [BIN / "corpusmill", "train-tokenizer", corpus, "-o", output, "--quiet", *options]
    done = subprocess.run(list(map(str, command)), capture_output=True, check=True)
    assert done.stderr == b""


def test_byte_bpe_equals_hugging_face(corpus, tmp_path):
    path, texts = corpus
    train(path, tmp_path / "ours", "--vocab-size", 3000)
    ours = json.loads((tmp_path / "ours" / "tokenizer.json").read_text())

    theirs = tokenizers.Tokenizer(models.BPE())
    theirs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    theirs.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    theirs.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=3000,
            special_tokens=SPECIALS,
            initial_alphabet=alphabet,
            show_progress=False,
        ),
    )
    expected = json.loads(theirs.to_str())
    assert ours["model"]["vocab"] == expected["model"]["vocab"]
    assert ours["model"]["merges"] == expected["model"]["merges"]

    loaded = tokenizers.Tokenizer.from_file(str(tmp_path / "ours" / "tokenizer.json"))
    ids = [row.ids for row in loaded.encode_batch_fast(texts, add_special_tokens=False)]
    assert encode(tmp_path / "ours", texts) == ids


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
