"""HTML that agents write, kept only as far as it is known to be harmless (MT-12).

That of mails was cleaned by the mail service, as its contract says; it would pass through here unchanged.
"""

import nh3

MAX_TAGS = 5_000
"""Tags in HTML that an agent sends; beyond that, deep nesting could keep the parser busy for seconds."""


def _names(text: str) -> set[str]:
    return set(text.split())


_BLOCK = {"align", "dir", "style"}
_CELL = {"align", "bgcolor", "border", "cellpadding", "cellspacing", "colspan", "height", "rowspan", "style", "valign"}
_ATTRIBUTES: dict[str, set[str]] = {
    **dict.fromkeys(("blockquote", "center", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "pre"), _BLOCK),
    **{tag: _CELL | {"width"} for tag in ("col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr")},
    "a": {"href", "style", "title"},
    "font": {"color", "face", "size", "style"},
    "img": {"alt", "data-remote-src", "height", "src", "style", "title", "width"},
    "ol": {"start", "style", "type"},
    "span": _BLOCK,
    "ul": _BLOCK,
}
_TAGS = {*_ATTRIBUTES} | _names(
    "abbr b big br caption cite code dd del dfn dl dt em hr i ins kbd mark q s samp small strike strong sub sup tt u"
    " var wbr"
)
_PROPERTIES = _names(
    "background-color border border-bottom border-collapse border-color border-left border-right border-spacing"
    " border-style border-top border-width color font-family font-size font-style font-weight line-height margin-left"
    " padding padding-bottom padding-left padding-right padding-top text-align text-decoration text-indent"
    " vertical-align white-space"
)


def sanitise(html: str) -> str:
    """The HTML without anything that runs or fetches: images keep ``cid:`` only, styles may load nothing."""
    return _CLEANER.clean(html)


def _kept(_tag: str, attribute: str, value: str) -> str | None:
    match attribute:
        case "src":
            return value if value.lower().startswith("cid:") else None
        case "style":
            return None if "\\" in value or "url" in value.lower() or "/*" in value else value
        case _:
            return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "style", "template", "title", "xmp", "iframe", "noscript", "noembed", "noframes"},
    attributes=_ATTRIBUTES,
    attribute_filter=_kept,
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    url_relative="deny",
    filter_style_properties=_PROPERTIES,
)
