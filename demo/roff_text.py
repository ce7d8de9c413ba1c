"""Text of a manual page: a small reader of man(7) and mdoc(7) markup.

It keeps the words and the line structure of headings, paragraphs and literal blocks. Tables,
conditionals and macro definitions are dropped, as their layout says nothing to a language model.
"""

import re

# Name and character, in turn.
_SPECIAL_PAIRS = r"""
aq ' dq " lq “ rq ” oq ‘ cq ’ bu • em — en – hy - mi - ga ` ha ^ ti ~ rs \ co © rg ® tm
™ ua ↑ da ↓ -> → <- ← mu × de ° +- ± <= ≤ >= ≥ != ≠ == ≡ ba | bv | br | sl / at @ sh #
Do $ Eu € la ⟨ ra ⟩ lC { rC } lB [ rB ] ss ß :a ä :o ö :u ü 'e é `e è Fo « Fc » 12 ½ 14
¼ 34 ¾ S2 ² S3 ³ *a α *b β *m μ *p π R ® Tm ™ f/ ⁄ if ∞
""".split()
_SPECIAL = dict(zip(_SPECIAL_PAIRS[::2], _SPECIAL_PAIRS[1::2]))
_ESCAPE = re.compile(
    r"\\(?:"
    r"\((?P<two>..)|\[(?P<name>[^]\n]*)\]"  # a character: \(em \[em]
    r"|\*(?:\((?P<string2>..)|\[(?P<string>[^]\n]*)\]|(?P<string1>.))"  # a string: \*(lq \*[lq]
    r"|[fFgkmMnVY](?:\(..|\[[^]\n]*\]|[+-]?.)"  # a font or a register: \fB \f(CW \n[.g]
    r"|s(?:[+-]?\d\d?|[+-]?\[[^]\n]*\]|[+-]?\(\d\d|[+-]?'[^'\n]*')"  # a size: \s-1
    r"|[AbBCDhHlLNoRSvwxXZ]'[^'\n]*'|z|(?P<comment>\"[^\n]*)|(?P<plain>.)"
    r")"
)
# What stands for itself is not named here.
_PLAIN = dict.fromkeys("|^&)%/,:cp{}dura!", "") | {
    "e": "\\",
    "~": " ",
    "0": " ",
    "t": "\t",
    "'": "´",
}
_MACRO = re.compile(r"^[.'][ \t]*(\S+)[ \t]*(.*)$")
_ARGUMENT = re.compile(r'"((?:[^"]|"")*)"?|(\S+)')
_BREAKS = frozenset(
    "PP P LP TP IP HP Pp RS RE br sp TQ It Bl El Bd Ed D1 Dl nf fi EX EE Nd SY YS Vb Ve".split()
)
_DROPPED = frozenset(
    "TH Dd Dt Os ad na nh hy ne ta ft ps ll in ti po de1 ie if el nr ds rm rn tr UC PD "
    "DT AT so ig am als cs fam hw lg ss vs ev mso pc fp ce pl pn rr sv Bk Ek".split()
)
_MDOC_PUNCTUATION = re.compile(r" ([.,:;)\]])")


def _replace_escape(match: re.Match) -> str:
    name = match["two"] or match["name"]
    if name is not None:
        if re.fullmatch(r"u[0-9A-F]{4,6}", name):
            return chr(int(name[1:], 16))
        return _SPECIAL.get(name, "")
    string = match["string2"] or match["string"] or match["string1"]
    if string is not None:
        return {"lq": "“", "rq": "”", "R": "®", "Tm": "™", "Aq": "'"}.get(string, "")
    if match["plain"] is not None:
        return _PLAIN.get(match["plain"], match["plain"])
    return ""


def _unescape(line: str) -> str:
    return _ESCAPE.sub(_replace_escape, line)


def _arguments(text: str) -> list[str]:
    return [
        _unescape((quoted or bare).replace('""', '"')) for quoted, bare in _ARGUMENT.findall(text)
    ]


class _Page:
    """The output of one page: paragraphs filled, literal blocks line by line."""

    def __init__(self):
        self.literal = False
        self._lines = []
        self._paragraph = []

    def add(self, text: str):
        if self.literal:
            self._lines.append(text.rstrip())
        elif text.strip():
            self._paragraph.append(text.strip())

    def end_paragraph(self):
        if self._paragraph:
            self._lines.append(" ".join(self._paragraph))
            self._paragraph = []

    def heading(self, text: str):
        self.end_paragraph()
        self._lines += ["", text]

    def text(self) -> str:
        self.end_paragraph()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()


def _alternating(name: str, arguments: list[str]) -> str:
    # .BR and friends join their arguments without a space; .B and .I keep them apart.
    return ("" if len(name) == 2 else " ").join(arguments)


def _mdoc(name: str, arguments: list[str], page_name: str) -> str:
    words = [word for word in arguments if not re.fullmatch(r"[A-Z][a-z]", word) or name == "Xr"]
    if name == "Xr" and len(words) > 1:
        return f"{words[0]}({words[1]})" + "".join(words[2:])
    if name == "Fl":
        words = ["-" + words[0]] + words[1:] if words else ["-"]
    if name == "Nm" and not words:
        words = [page_name]
    if name in ("Op", "Oo"):
        words = ["["] + words + (["]"] if name == "Op" else [])
    if name in ("Dq", "Qq", "Sq", "Aq", "Pq"):
        left, right = {"Dq": "“”", "Qq": '""', "Sq": "‘’", "Aq": "<>", "Pq": "()"}[name]
        return left + " ".join(words) + right
    return _MDOC_PUNCTUATION.sub(r"\1", " ".join(words))


def _macro(page: _Page, name: str, rest: str, page_name: str):
    if name in ("SH", "SS", "Sh", "Ss"):
        page.literal = False
        page.heading(" ".join(_arguments(rest)))
    elif name in _BREAKS:
        page.end_paragraph()
        if name in ("nf", "EX", "Vb", "fi", "EE", "Ve", "Bd", "Ed"):
            page.literal = name in ("nf", "EX", "Vb") or (name == "Bd" and "-literal" in rest)
        arguments = _arguments(rest)
        if name == "IP":
            page.add(" ".join(arguments[:1]))
        elif name in ("It", "D1", "Dl", "Nd"):
            page.add(_mdoc(name, arguments, page_name))
    elif name in ("B", "I", "SM", "SB", "BI", "BR", "IB", "IR", "RB", "RI", "MR"):
        page.add(_alternating(name, _arguments(rest)))
    elif name in ("UR", "MT", "URL"):
        page.add(" ".join(_arguments(rest)[:1]))
    elif re.fullmatch(r"[A-Z][a-z]", name):
        page.add(_mdoc(name, _arguments(rest), page_name))


def _skip_block(lines: list[str], index: int, end: str) -> int:
    while index < len(lines) and not lines[index].startswith(end):
        index += 1
    return index


def roff_alias(source: str) -> str:
    """The page that a page of one `.so` line stands for, else ""."""
    match = re.match(r"\s*(?:[.'][\\]\"[^\n]*\n)*\.so\s+(\S+)\s*$", source)
    return match[1] if match else ""


def roff_text(source: str) -> str:
    """The page as plain text; headings, paragraphs and literal lines on lines of their own."""
    page = _Page()
    page_name = ""
    lines = source.replace("\\\n", "").split("\n")
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        match = _MACRO.match(line)
        if not match:
            if not line.strip():
                page.end_paragraph()
            page.add(_unescape(line))
            continue
        name, rest = match[1], match[2]
        if name.startswith('\\"') or name in _DROPPED:
            if "\\{" in rest:
                depth = rest.count("\\{") - rest.count("\\}")
                while depth > 0 and index < len(lines):
                    depth += lines[index].count("\\{") - lines[index].count("\\}")
                    index += 1
        elif name in ("de", "ig"):
            index = _skip_block(lines, index, "..") + 1
        elif name == "TS":
            index = _skip_block(lines, index, ".TE") + 1
        elif name == "EQ":
            index = _skip_block(lines, index, ".EN") + 1
        else:
            if name == "Nm" and not page_name:
                page_name = " ".join(_arguments(rest)[:1])
            _macro(page, name, rest, page_name)
    return page.text()
