"""HTML of strangers made safe to show (MT-12): an allow-list, nothing that runs, nothing that calls home.

Imports nothing of this service: whoever shows HTML may copy the dependency, which is nh3 alone.
"""

import re
import secrets

import nh3

MAX_INPUT = 512 * 1024
"""Characters; the rest is cut off before anything looks at it."""

MAX_DEPTH = 200
"""Open elements of HTML that had to be simplified."""

_SMALL = 32 * 1024
_FEW_TAGS = 400
"""Up to so many characters and start tags the parser may see HTML as it came. Beyond that it can be made to work for
minutes: 50,000 open ``div`` cost it 15 s, and 26 KB of unclosed ``b`` before many ``p`` cost it 340 MB."""


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_TAGS = _names(
    "a abbr b big blockquote br caption center cite code col colgroup dd del dfn div dl dt em font h1 h2 h3 h4 h5 h6"
    " hr i img ins kbd li mark ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead tr"
    " tt u ul var wbr"
)
_GONE_WITH_CONTENT = _names(
    "applet audio button canvas embed frameset head iframe math noembed noframes noscript object option script select"
    " style svg template textarea title video xmp"
)
_TABLE = frozenset({"align", "bgcolor", "border", "cellpadding", "cellspacing", "height", "style", "valign", "width"})
_CELL = frozenset({"align", "bgcolor", "colspan", "height", "rowspan", "style", "valign", "width"})
_STYLED = frozenset({"align", "dir", "style"})
_ATTRIBUTES = {
    **dict.fromkeys(_names("blockquote center div h1 h2 h3 h4 h5 h6 li p pre span ul"), _STYLED),
    **dict.fromkeys(("td", "th"), _CELL),
    **dict.fromkeys(("table", "tr", "tbody", "thead", "tfoot", "col", "colgroup"), _TABLE),
    "a": frozenset({"href", "style", "title"}),
    "font": frozenset({"color", "face", "size", "style"}),
    "img": frozenset({"alt", "height", "src", "style", "title", "width"}),
    "ol": frozenset({"start", "style", "type"}),
}
_PROPERTIES = _names(
    "background-color border border-bottom border-collapse border-color border-left border-right border-spacing"
    " border-style border-top border-width color font-family font-size font-style font-weight line-height margin-left"
    " padding padding-bottom padding-left padding-right padding-top text-align text-decoration text-indent"
    " vertical-align white-space"
)
_FETCHING = re.compile(r"\(|\\|@|/\*")
"""What a style needs in order to load something, or to hide that it does; colours by ``rgb()`` are allowed."""

_COLOUR = re.compile(r"\b(?:rgb|hsl)a?\([\d\s.,%/a-z]*\)", re.IGNORECASE)
_LINKS = ("http://", "https://", "mailto:", "tel:")
_REMOTE = f"remote-{secrets.token_hex(16)}:"
"""Marks the address of a remote image until its attribute is renamed; nobody outside this process knows it."""

_VOID = _names("br col hr img wbr")
_AS_SPAN = {
    **dict.fromkeys(_names("abbr big cite code dfn em font i ins kbd mark q s samp small strike sub sup tt u var"), ""),
    **dict.fromkeys(("b", "strong"), "font-weight:bold"),
    **dict.fromkeys(("em", "i"), "font-style:italic"),
}
"""Elements that the parser opens again after each paragraph that cut them off (HTML §13.2.4.3), as what it does not."""

_ITEMS = {
    "p": (frozenset({"p"}), frozenset({"table", "td", "th"})),
    "li": (frozenset({"li"}), frozenset({"ol", "ul"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    **dict.fromkeys(("td", "th"), (frozenset({"td", "th"}), frozenset({"table"}))),
    **dict.fromkeys(("dd", "dt"), (frozenset({"dd", "dt"}), frozenset({"dl"}))),
}
"""Elements that the next of their kind ends, and the elements within which it does not."""

_TOKEN = re.compile(
    r"""<!--(?s:.*?)(?:--!?>|\Z)
    | <(?P<raw>(?i:script|style|xmp|iframe|noembed|noframes|noscript|textarea|title))(?=[\s/>])
      (?s:.*?)(?:</(?P=raw)(?i:\s*+)>|\Z)
    | </(?P<end>[a-zA-Z][^\s/>]*+)[^>]*+>?
    | <(?P<start>[a-zA-Z][^\s/>]*+)(?P<attributes>(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?)*+)>?
    | <[!?/][^>]*+>?""",
    re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""([a-zA-Z]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""")
_QUOTED = str.maketrans({"<": "&lt;", ">": "&gt;", '"': "&quot;"})


def sanitise(html: str) -> str:
    """The HTML with only what is known to be harmless.

    Scripts, styles, forms, frames, SVG and event handlers are gone; links keep http, https, mailto and tel and get
    ``rel="noopener noreferrer"``; images keep ``cid:``, and remote ones become inert: their address moves to
    ``data-remote-src``.
    """
    return _CLEANER.clean(tame(html)).replace(f'src="{_REMOTE}', 'data-remote-src="')


def tame(html: str, *, keep: frozenset[str] = frozenset()) -> str:
    """The HTML within `MAX_INPUT`, and simplified where its parser could be made to explode. Linear.

    Simplified means: only known elements, each closed before its parent, none deeper than `MAX_DEPTH`, text formatting
    as ``span``. It is no sanitising, only a shape that costs little. ``keep`` are attributes kept of every element
    although nobody is shown them.
    """
    html = html[:MAX_INPUT]
    if len(html) <= _SMALL and html.count("<") - html.count("</") <= _FEW_TAGS:
        return html
    return _Simplified(html, keep).text()


class _Simplified:
    """HTML written anew, well nested."""

    def __init__(self, html: str, keep: frozenset[str] = frozenset()) -> None:
        self._keep = keep
        self._out: list[str] = []
        self._open: list[str] = []
        at = 0
        for token in _TOKEN.finditer(html):
            self._out.append(html[at : token.start()].translate(_QUOTED))
            at = token.end()
            if token["start"]:
                self._start(token["start"].lower(), token["attributes"])
            elif token["end"]:
                self._end(token["end"].lower())
        self._out.append(html[at:].translate(_QUOTED))

    def text(self) -> str:
        """Everything, with what is still open closed."""
        return "".join((*self._out, *(f"</{tag}>" for tag in reversed(self._open))))

    def _start(self, tag: str, attributes: str) -> None:
        style = _AS_SPAN.get(tag)
        tag = "span" if style is not None else tag
        if tag not in _TAGS:
            return
        if tag != "span":
            self._close_link()
        if tag in _ITEMS and not _ITEMS[tag][0].isdisjoint(self._open):
            self._close_item(*_ITEMS[tag])
        if tag not in _VOID and len(self._open) >= MAX_DEPTH:
            return
        kept = [
            f' {name.lower()}="{(double or single or bare).translate(_QUOTED)}"'
            for name, double, single, bare in _ATTRIBUTE.findall(attributes)
            if name.lower() in self._keep or name.lower() in _ATTRIBUTES.get(tag, ())
        ]
        styled = f' style="{style}"' if style else ""
        self._out.append(f"<{tag}{styled}{''.join(dict.fromkeys(kept))}>")
        if tag not in _VOID:
            self._open.append(tag)

    def _end(self, tag: str) -> None:
        """Close the element, and first what was opened inside it; an end without a start is dropped."""
        tag = "span" if tag in _AS_SPAN else tag
        if tag not in self._open:
            return
        while (inner := self._open.pop()) != tag:
            self._out.append(f"</{inner}>")
        self._out.append(f"</{tag}>")

    def _close_item(self, kind: frozenset[str], barriers: frozenset[str]) -> None:
        for tag in reversed(self._open):
            if tag in barriers:
                return
            if tag in kind:
                self._end(tag)
                return

    def _close_link(self) -> None:
        """A link is the one formatting element that is kept, so it must not stay open around anything else."""
        if "a" in self._open:
            self._end("a")


def _kept(_tag: str, attribute: str, value: str) -> str | None:
    """The value of an allowed attribute, or None to drop it."""
    match attribute:
        case "href":
            return value if value.strip().lower().startswith(_LINKS) else None
        case "src":
            return value if value.lower().startswith("cid:") else _REMOTE + value
        case "style":
            return None if _FETCHING.search(_COLOUR.sub("", value)) else value
        case _:
            return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_GONE_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    attribute_filter=_kept,
    url_schemes=frozenset({"http", "https", "mailto", "tel", "cid"}),
    url_relative="deny",
    filter_style_properties=_PROPERTIES,
)
