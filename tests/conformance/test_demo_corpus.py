"""The readers that make the demo's corpus."""

import json

import html_text
import make_corpus
import roff_text


def test_a_manual_page_keeps_its_words_and_loses_its_markup():
    page = "\n".join(
        [
            '.TH LS 1 "2022"',
            '.\\" a comment',
            ".SH 名称",
            "ls \\- 列出目录内容",
            ".SH 概述",
            ".B ls",
            "[\\fI选项\\fR]...",
            ".PP",
            "See \\(lqman\\(rq and",
            ".BR stat (2).",
            ".nf",
            "  literal \\e line",
            ".fi",
        ]
    )
    assert roff_text.roff_text(page) == (
        "名称\nls - 列出目录内容\n\n概述\nls [选项]...\nSee “man” and stat(2).\n  literal \\ line"
    )


def test_a_page_of_one_so_line_is_an_alias():
    assert roff_text.roff_alias('.\\" note\n.so man3/printf.3\n') == "man3/printf.3"
    assert roff_text.roff_alias(".SH NAME\n.so man3/printf.3\n") == ""


def test_html_is_cut_at_headings_and_scripts_are_dropped():
    page = (
        "<html><head><title>x</title></head><body>开头<script>no()</script><h1>一</h1><p>a  b</p>"
        "<h2>二</h2><pre>c\n  d</pre>&amp;</body></html>"
    )
    assert html_text.html_sections(page) == ["开头", "一\na b", "二\nc\n  d\n&"]


def test_rows_keep_the_bytes_of_a_page_in_an_old_encoding(tmp_path):
    text = 'colour "é" \\ 中文\n'
    (tmp_path / "package").mkdir()
    for name, encoding in (("utf.txt", "utf-8"), ("gb.txt", "gb18030")):
        (tmp_path / "package" / name).write_bytes(text.encode(encoding))
    assert make_corpus._pages(str(tmp_path)) == ["package/gb.txt", "package/utf.txt"]
    good = make_corpus._rows((str(tmp_path), "package/utf.txt"))
    assert json.loads(good) == {
        "text": text.strip(),
        "source": "package",
        "id": "package/utf.txt#0",
    }
    bad = make_corpus._rows((str(tmp_path), "package/gb.txt"))
    assert "中文".encode("gb18030") in bad and bad.endswith(b"}\n") and bad.count(b"\n") == 1
