"""The small pages: their languages, their policy, and that every word and every part that the script names is there."""

import re
from collections.abc import Awaitable, Callable
from importlib import resources

import httpx
import pytest

from chassis.app import App
from chassis.auth import route_permissions
from portal.texts import LANGUAGES, PAGES

Browser = Callable[[], Awaitable[httpx.AsyncClient]]
HOST = "https://desk.example"
SCRIPT = (resources.files("portal") / "pages" / "portal.js").read_text()


@pytest.mark.parametrize("path", ["/portal", "/portal/sign-in"])
@pytest.mark.parametrize(("accepted", "language"), [("de-DE,de;q=0.9", "de"), ("fr", "en"), ("", "en")])
async def test_a_page_speaks_the_readers_language(browser: Browser, path: str, accepted: str, language: str) -> None:
    answer = await (await browser()).get(HOST + path, headers={"Accept-Language": accepted})
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    title = "sign_in_title" if path.endswith("sign-in") else "tickets_title"
    assert "<h1" in answer.text
    assert f"<title>{PAGES[language][title]}</title>" in answer.text
    assert "$" not in answer.text
    assert answer.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize("path", ["/portal", "/portal/sign-in"])
async def test_a_page_allows_nothing_but_its_own_script_and_style(browser: Browser, path: str) -> None:
    answer = await (await browser()).get(HOST + path)
    policy = dict(part.split(maxsplit=1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert re.findall(r"<script\b[^>]*>", answer.text) == ['<script src="/portal/static/portal.js" defer>']
    assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:", answer.text)
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/portal", "/portal/sign-in"])
async def test_every_field_has_a_label_and_every_page_one_heading_per_view(browser: Browser, path: str) -> None:
    text = (await (await browser()).get(HOST + path)).text
    fields = set(re.findall(r'<(?:input|select|textarea) id="([\w-]+)"', text))
    assert fields == set(re.findall(r'<label for="([\w-]+)"', text))
    assert fields
    assert 'name="viewport"' in text
    assert 'role="status"' in text


@pytest.mark.parametrize(("name", "kind"), [("portal.js", "text/javascript"), ("portal.css", "text/css")])
async def test_script_and_style_are_served_by_the_portal_itself(browser: Browser, name: str, kind: str) -> None:
    answer = await (await browser()).get(f"{HOST}/portal/static/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["main.py", "..%2fmain.py", "sign-in.html", "portal.js%00"])
async def test_no_other_file_is_served(browser: Browser, name: str) -> None:
    assert (await (await browser()).get(f"{HOST}/portal/static/{name}")).status_code in {404, 422}


async def test_the_script_never_writes_html() -> None:
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", SCRIPT)


def test_every_part_and_every_word_that_the_script_uses_is_on_a_page() -> None:
    pages = "".join(
        (resources.files("portal") / "pages" / name).read_text() for name in ("sign-in.html", "tickets.html")
    )
    ids = set(re.findall(r'\bfind\("([\w-]+)"\)', SCRIPT))
    assert ids <= set(re.findall(r'\bid="([\w-]+)"', pages))
    words = {
        re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", name)
        for name in re.findall(r"words\(\)\.(\w+)", SCRIPT)
    }
    assert words <= set(re.findall(r"\bdata-([\w-]+)=", pages))
    assert len(ids) > 15
    assert len(words) > 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_the_catalogue_is_left_over(language: str) -> None:
    pages = "".join(
        (resources.files("portal") / "pages" / name).read_text() for name in ("sign-in.html", "tickets.html")
    )
    assert set(PAGES[language]) | {"language"} == set(re.findall(r"\$(\w+)", pages))


async def test_pages_are_public_and_every_other_customer_route_has_its_own_door(app: App) -> None:
    routes = [route for route in route_permissions(app.api) if route.path.startswith("/portal")]
    public = {route.path for route in routes if "public" in route.permissions}
    assert public == {
        "/portal",
        "/portal/sign-in",
        "/portal/static/{name}",
        "/portal/api/v1/sign-in-links",
        "/portal/api/v1/session",
    }
    for route in routes:
        if "public" in route.permissions:
            assert route.path != "/portal/api/v1/session" or route.methods == ("POST",)
        else:
            assert route.permissions == ("own",)


async def test_staff_and_portal_routes_are_told_apart_by_their_paths(app: App) -> None:
    paths = set(app.api.openapi()["paths"])
    staff = {path for path in paths if path.startswith("/api/v1/")}
    portal = {path for path in paths if path.startswith("/portal/api/v1/")}
    assert paths == staff | portal
    assert "/api/v1/external-accesses/{access_id}/contacts/{contact_id}" in staff
    assert "/portal/api/v1/tickets/{number}/replies" in portal
