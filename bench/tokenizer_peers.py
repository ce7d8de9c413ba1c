"""One pass of a peer over a JSONL file, in a process of its own: text -> ids -> a .bin on disk.

bench/tokenizer.py starts this file anew for every measurement. A peer is a class with `takes`
(why it cannot have a tokenizer, or ""), `load` and `encode_file`, which returns the ids of all
documents one after the other as a numpy array, without BOS and EOS. Each is driven the way its own
documentation gives as the fastest.
"""

import importlib.metadata
import json
import os
import resource
import sys
import time
from pathlib import Path

CHUNK_DOCUMENTS = 1000
# Until GPT-2's pattern came with tiktoken's vocabulary files, it was written like this.
GPT2_PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def texts_of(path):
    with open(path, "rb") as file:
        for line in file:
            yield json.loads(line)["text"]


def chunks_of(path):
    chunk = []
    for text in texts_of(path):
        chunk.append(text)
        if len(chunk) == CHUNK_DOCUMENTS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def flat(lists):
    import numpy

    return numpy.fromiter((token for ids in lists for token in ids), dtype=numpy.uint32)


def pretokenizer_of(path):
    return (json.loads(Path(path).read_text()).get("pre_tokenizer") or {}).get("type")


class Gigatoken:
    """Its own reader of JSONL files; RAYON_NUM_THREADS threads."""

    package, slow, warm = "gigatoken", False, True

    @staticmethod
    def takes(path):
        return ""

    def load(self, path, threads):
        import gigatoken

        make = gigatoken.Tokenizer
        self.tokenizer = (make.from_sentencepiece if path.endswith(".model") else make)(path)

    def encode_file(self, path):
        import gigatoken
        import numpy

        rows = self.tokenizer.encode_files(gigatoken.JsonlFileSource([path]), parallel=True)
        return numpy.asarray(rows.layout.content.data)


class GigatokenTexts(Gigatoken):
    """The same from a list of Python strings, for those who parse by themselves."""

    warm = False

    def encode_file(self, path):
        import numpy

        rows = self.tokenizer.encode_batch(list(texts_of(path)), parallel=True)
        return numpy.asarray(rows.layout.content.data)


class HuggingFace:
    package, slow, warm = "tokenizers", True, False

    @staticmethod
    def takes(path):
        return "takes no .model" if path.endswith(".model") else ""

    def load(self, path, threads):
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(path)

    def encode_file(self, path):
        encode = self.tokenizer.encode_batch_fast
        return flat(
            encoding.ids
            for chunk in chunks_of(path)
            for encoding in encode(chunk, add_special_tokens=False)
        )


class Fastokens:
    package, slow, warm = "fastokens", True, False
    takes = HuggingFace.takes

    def load(self, path, threads):
        import fastokens

        self.tokenizer = fastokens.Tokenizer.from_file(path)

    def encode_file(self, path):
        encode = self.tokenizer.encode_batch
        return flat(
            encoding.ids
            for chunk in chunks_of(path)
            for encoding in encode(chunk, add_special_tokens=False)
        )


class SentencePiece:
    package, slow, warm = "sentencepiece", True, False

    @staticmethod
    def takes(path):
        return "" if path.endswith(".model") else "takes .model only"

    def load(self, path, threads):
        import sentencepiece

        self.threads = threads
        self.tokenizer = sentencepiece.SentencePieceProcessor(model_file=path)

    def encode_file(self, path):
        encode = self.tokenizer.encode
        return flat(
            ids for chunk in chunks_of(path) for ids in encode(chunk, num_threads=self.threads)
        )


class Tiktoken:
    package, slow, warm = "tiktoken", True, False

    @staticmethod
    def takes(path):
        if path.endswith(".model"):
            return "takes no .model"
        return "" if pretokenizer_of(path) == "ByteLevel" else "has another pattern"

    def load(self, path, threads):
        import tiktoken

        byte_of = {}
        for byte in [*range(33, 127), *range(161, 173), *range(174, 256)]:
            byte_of[chr(byte)] = byte
        for byte in range(256):
            if byte not in byte_of.values():
                byte_of[chr(len(byte_of) + 256 - 188)] = byte
        data = json.loads(Path(path).read_text())
        added = {token["content"]: token["id"] for token in data["added_tokens"]}
        self.threads = threads
        self.tokenizer = tiktoken.Encoding(
            "peer",
            pat_str=GPT2_PATTERN,
            mergeable_ranks={
                bytes(byte_of[character] for character in token): rank
                for token, rank in data["model"]["vocab"].items()
                if token not in added
            },
            special_tokens=added,
        )

    def encode_file(self, path):
        encode = self.tokenizer.encode_ordinary_batch
        return flat(
            ids for chunk in chunks_of(path) for ids in encode(chunk, num_threads=self.threads)
        )


PEERS = {
    "gigatoken": Gigatoken,
    "gigatoken, list of texts": GigatokenTexts,
    "HF tokenizers": HuggingFace,
    "fastokens": Fastokens,
    "sentencepiece": SentencePiece,
    "tiktoken": Tiktoken,
}


def version_of(package):
    """Empty if it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def pass_over(peer, source, output, id_bytes):
    import numpy

    begin, cpu_begin = time.perf_counter(), cpu_seconds()
    ids = peer.encode_file(source)
    encoded = time.perf_counter()
    with open(output, "wb") as file:
        ids.astype(numpy.dtype(f"<u{id_bytes}"), copy=False).tofile(file)
        os.fsync(file.fileno())
    return {
        "seconds": time.perf_counter() - begin,
        "encode_seconds": encoded - begin,
        "cpu_seconds": cpu_seconds() - cpu_begin,
        "ids": len(ids),
    }


def main():
    name, tokenizer, source, output, id_bytes, threads, again = sys.argv[1:]
    import numpy  # noqa: F401  not the peer's time

    peer = PEERS[name]()
    __import__(peer.package)
    begin = time.perf_counter()
    peer.load(tokenizer, int(threads))
    result = {"load_seconds": time.perf_counter() - begin}
    result.update(pass_over(peer, source, output, int(id_bytes)))
    result["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if again == "again":
        result["again"] = pass_over(peer, source, output + ".again", int(id_bytes))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
