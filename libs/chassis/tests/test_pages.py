"""A built web app beside an API: which path goes where, and the headers of what is served."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from chassis.http import with_edge
from chassis.pages import POLICY, WithPages

PAGE = {"Accept": "text/html"}
SCRIPT = "/assets/index-a1b2c3.js"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A built app, and beside it a file that is none of its files."""
    built = tmp_path / "staff"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<title>App</title>")
    (built / "icon.svg").write_text("<svg/>")
    (built / "assets" / "index-a1b2c3.js").write_text("plain")
    (built / "assets" / "index-a1b2c3.js.br").write_text("brotli")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "secret.txt.br").write_text("secret")
    return built


@pytest.fixture
async def browser(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    api = FastAPI(openapi_url=None)

    @api.get("/api/v1/things")
    async def list_things() -> list[str]:
        return ["thing"]

    site = with_edge(WithPages(api, folder), service="tickets", body_limit=1_000)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/t/10042", "/sign-in", "/apis", "/no-such-page"])
async def test_a_page_that_is_no_file_is_the_app_and_is_asked_for_again(browser: httpx.AsyncClient, path: str) -> None:
    page = await browser.get(path, headers=PAGE)
    assert (page.status_code, page.text) == (200, "<title>App</title>")
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["content-security-policy"] == POLICY
    assert page.headers["x-content-type-options"] == "nosniff"


async def test_nothing_inline_and_nothing_from_elsewhere_may_run(browser: httpx.AsyncClient) -> None:
    policy = (await browser.get("/", headers=PAGE)).headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "require-trusted-types-for 'script'" in policy


async def test_a_file_named_by_its_content_is_kept_for_ever_and_sent_compressed(browser: httpx.AsyncClient) -> None:
    compressed = await browser.get(SCRIPT, headers={"Accept-Encoding": "gzip, br;q=0.9"})
    assert compressed.headers["content-encoding"] == "br"
    assert compressed.headers["content-type"].startswith("text/javascript")
    assert compressed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "accept-encoding" in compressed.headers["vary"].lower()


@pytest.mark.parametrize("accepted", ["gzip", "identity", "br;q=0", ""])
async def test_who_takes_no_brotli_gets_the_plain_file(browser: httpx.AsyncClient, accepted: str) -> None:
    plain = await browser.get(SCRIPT, headers={"Accept-Encoding": accepted})
    assert plain.text == "plain"
    assert "content-encoding" not in plain.headers


async def test_a_missing_file_is_missing_and_not_kept(browser: httpx.AsyncClient) -> None:
    missing = await browser.get("/assets/index-000000.js")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"
    assert missing.headers["cache-control"] == "no-cache"


async def test_paths_of_the_api_are_never_the_app(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/api/v1/things", headers=PAGE)).json() == ["thing"]
    for path in ("/api", "/api/v1/nothing"):
        assert (await browser.get(path, headers=PAGE)).status_code == 404


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/%00"])
async def test_nothing_outside_of_the_folder_is_served(browser: httpx.AsyncClient, path: str) -> None:
    for headers in (PAGE, {"Accept-Encoding": "br"}):
        answer = await browser.get(path, headers=headers)
        assert "secret" not in answer.text
        assert answer.status_code in {200, 404}  # the app itself, or nothing


async def test_only_reading_is_allowed(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/icon.svg")).status_code == 405


async def test_an_app_that_is_not_built_says_what_to_do_and_is_there_once_it_is(
    browser: httpx.AsyncClient, folder: Path
) -> None:
    page = (folder / "index.html").read_text()
    (folder / "index.html").unlink()
    missing = await browser.get("/", headers=PAGE)
    assert missing.status_code == 503
    assert "python3 web/build.py" in missing.text
    assert (await browser.get("/api/v1/things")).status_code == 200
    (folder / "index.html").write_text(page)
    assert (await browser.get("/", headers=PAGE)).status_code == 200
