"""Text of an HTML page, cut into sections at its headings."""

import re
from html.parser import HTMLParser

_SKIPPED = frozenset({"script", "style", "head", "footer", "svg", "template"})
_HEADINGS = frozenset({"h1", "h2"})
_BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd details div dl dt fieldset"
    " figcaption figure form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary"
    " table tbody td tfoot th thead tr ul".split()
)
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_BLANK_LINES = re.compile(r"\n{3,}")


class _SectionParser(HTMLParser):
    """Collects sections; a new one starts at every h1 and h2."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self._skip_depth = 0
        self._pre_depth = 0
        self._pieces = []
        self.sections = []

    def handle_starttag(self, tag, attrs):
        if tag in _SKIPPED:
            self._skip_depth += 1
        if tag in _HEADINGS:
            self.cut()
        if tag in _BLOCKS:
            self._break()
        if tag == "pre":
            self._pre_depth += 1

    def handle_endtag(self, tag):
        if tag in _SKIPPED and self._skip_depth:
            self._skip_depth -= 1
        if tag == "pre" and self._pre_depth:
            self._pre_depth -= 1
        if tag in _BLOCKS:
            self._break()

    def handle_data(self, data):
        if self._skip_depth:
            return
        if not self._pre_depth:
            data = _SPACES.sub(" ", data)
            if not self._pieces or self._pieces[-1].endswith(("\n", " ")):
                data = data.lstrip(" ")
        if data:
            self._pieces.append(data)

    def _break(self):
        if self._pieces and not self._pieces[-1].endswith("\n"):
            self._pieces.append("\n")

    def cut(self):
        lines = "".join(self._pieces).split("\n")
        text = _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip()
        self.sections.append(text)
        self._pieces = []


def html_sections(page: str) -> list[str]:
    """The page's text, one entry per section, in page order; an entry may be empty."""
    parser = _SectionParser()
    parser.feed(page)
    parser.close()
    parser.cut()
    return parser.sections
