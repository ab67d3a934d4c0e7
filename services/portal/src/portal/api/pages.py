"""The small pages of the portal: sign-in and tickets, in the reader's language, with one script and one style file.

The pages hold no data: the script asks the portal API for it and writes it as text. The real portal app comes later.
"""

from collections.abc import Mapping
from functools import cache
from html import escape
from importlib import resources
from string import Template
from typing import Annotated, Literal

from fastapi import Depends, Header
from fastapi.responses import HTMLResponse, Response

from chassis.auth import Public
from chassis.routes import Routes
from portal.rules.languages import preferred
from portal.texts import LANGUAGES, PAGES

FILES: Mapping[str, str] = {"portal.css": "text/css", "portal.js": "text/javascript"}

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "Vary": "Accept-Language",
    "Cache-Control": "no-cache",
}

Language = Annotated[str, Header(alias="Accept-Language", max_length=1000)]


def routes() -> Routes:
    """The pages; they answer GET and HEAD alike, and neither changes anything."""
    everyone = [Depends(Public("a page without data; its script signs in"))]
    router = Routes(prefix="/portal", dependencies=everyone, include_in_schema=False)

    @router.api_route("/sign-in", methods=["GET", "HEAD"], operation_id="show_sign_in_page")
    async def show_sign_in_page(accept_language: Language = "") -> HTMLResponse:
        """The page that asks for a link, and signs in with one."""
        return HTMLResponse(_page("sign-in.html", preferred(accept_language, LANGUAGES)), headers=HEADERS)

    @router.api_route("", methods=["GET", "HEAD"], operation_id="show_tickets_page")
    async def show_tickets_page(accept_language: Language = "") -> HTMLResponse:
        """The page with the customer's tickets."""
        return HTMLResponse(_page("tickets.html", preferred(accept_language, LANGUAGES)), headers=HEADERS)

    @router.api_route("/static/{name}", methods=["GET", "HEAD"], operation_id="get_portal_file")
    async def get_portal_file(name: Literal["portal.css", "portal.js"]) -> Response:
        """The script or the style of the pages."""
        headers = {"Cache-Control": "max-age=300", "Content-Security-Policy": "default-src 'none'"}
        return Response(_file(name), media_type=FILES[name], headers=headers)

    return router


@cache
def _page(name: str, language: str) -> str:
    """A page with its words filled in; raises KeyError where a catalogue lacks one."""
    words = {key: escape(text) for key, text in PAGES[language].items()}
    return Template(_file(name)).substitute(words, language=language)


@cache
def _file(name: str) -> str:
    return (resources.files("portal") / "pages" / name).read_text(encoding="utf-8")
