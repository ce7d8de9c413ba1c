#!/usr/bin/env python3
"""Turns unpacked Debian documentation packages into rows of {"text", "source", "id"}.

    make_corpus.py UNPACKED_FOLDER OUTPUT.jsonl

UNPACKED_FOLDER holds one folder per package. Everything is taken as it is found: the same page
under two names gives the same text twice, a page in an old encoding keeps its bytes and so gives a
line that is not UTF-8, a page without words gives an empty text. Cleaning is the next program's
work.
The rows come in the order of the sorted paths, however many processes read the pages.
"""

import gzip
import json
import multiprocessing
import os
import re
import sys
from pathlib import Path

from html_text import html_sections
from roff_text import roff_alias, roff_text

_LANGUAGE = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{2,4})?")
_OUR_LANGUAGES = re.compile(r"(zh|en)([-_]|$)")
_RULER = re.compile(rb"^[=~*-]{30,}[ \t\r]*$", re.MULTILINE)
_FORTUNE_END = re.compile(rb"^%[ \t\r]*$", re.MULTILINE)
_CONTROL = re.compile(rb'[\x00-\x1f"\\]')
_SHORT_ESCAPES = {b'"': rb"\"", b"\\": rb"\\", b"\n": rb"\n", b"\t": rb"\t", b"\r": rb"\r"}


def _is_ours(path: Path) -> bool:
    """Whether the page is in Chinese or English, as far as its folders tell."""
    names = path.parts[:-1]
    if "man" in names:
        after = names[names.index("man") + 1]
        return after.startswith("man") or bool(_OUR_LANGUAGES.match(after))
    under_documentation = names[names.index("share") + 1 :] if "share" in names else ()
    return all(
        _OUR_LANGUAGES.match(name) or not _LANGUAGE.fullmatch(name)
        for name in under_documentation
        if name not in ("doc", "vim")
    )


def _kind(path: Path) -> str:
    """How the page is read: "roff", "html", "fortune", "text"; "" for what is no text."""
    name = path.name.removesuffix(".gz")
    if "man" in path.parts:
        return "roff"
    if name.endswith(".html"):
        return "html"
    if "fortunes" in path.parts:
        return "" if name.endswith((".dat", ".u8")) else "fortune"
    if name.endswith((".txt", ".tex", ".rst")) or name in (
        "copyright",
        "changelog",
        "changelog.Debian",
    ):
        return "text"
    return "text" if re.fullmatch(r"tutor(\.(utf-8|en.*|zh.*))?", name) else ""


def _read(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.name.endswith(".gz") else data


def _decoded(data: bytes) -> str:
    """The page as text; bytes that are not UTF-8 pass through as lone surrogates."""
    return data.decode("utf-8", "surrogateescape")


def _roff(path: Path) -> str:
    """The page, or the one that it names, as a reader of man(1) would see it."""
    source = _decoded(_read(path))
    alias = roff_alias(source)
    if alias:
        target = path.parent.parent / (alias + ".gz")
        if target.exists():
            source = _decoded(_read(target))
    return roff_text(source)


def _sections(path: Path) -> list[bytes]:
    kind = _kind(path)
    if kind == "roff":
        return [_roff(path).encode("utf-8", "surrogateescape")]
    data = _read(path)
    if kind == "html":
        return [text.encode("utf-8", "surrogateescape") for text in html_sections(_decoded(data))]
    return [
        piece.strip(b"\n") for piece in (_FORTUNE_END if kind == "fortune" else _RULER).split(data)
    ]


def _json_string(data: bytes) -> bytes:
    """A JSON string of the bytes as they are: valid exactly where they are valid UTF-8."""

    def escape(match: re.Match) -> bytes:
        return _SHORT_ESCAPES.get(match[0]) or b"\\u%04x" % match[0][0]

    return b'"' + _CONTROL.sub(escape, data) + b'"'


def _rows(job: tuple[str, str]) -> bytes:
    root, name = job
    package = name.split("/", 1)[0]
    rows = []
    for number, text in enumerate(_sections(Path(root) / name)):
        identity = json.dumps(f"{name}#{number}", ensure_ascii=False).encode()
        rows.append(
            b'{"text": %b, "source": "%b", "id": %b}\n'
            % (_json_string(text), package.encode(), identity)
        )
    return b"".join(rows)


def _pages(root: str) -> list[str]:
    found = []
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            relative = path.relative_to(root)
            if path.is_file() and _kind(relative) and _is_ours(relative):
                found.append(str(relative))
    return sorted(found)


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    root, output = sys.argv[1], Path(sys.argv[2])
    temporary = output.with_name(output.name + ".tmp")
    pages = _pages(root)
    rows = 0
    with multiprocessing.Pool() as pool, open(temporary, "wb") as sink:
        for page in pool.imap(_rows, [(root, name) for name in pages], chunksize=16):
            rows += page.count(b"\n")
            sink.write(page)
        sink.flush()
        os.fsync(sink.fileno())
    os.replace(temporary, output)
    print(f"{rows} rows out of {len(pages)} pages: {output} ({output.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
