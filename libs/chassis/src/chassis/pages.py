"""A built web app beside an API: the API's paths go to the API, everything else is a file of the app or its first page.

FastAPI's own ``frontend`` serves the files; here are the headers that it does not know: caching, compression, security.
"""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import problems

API = "/api"
"""What begins with this is never a page of the app."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self';"
    " connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types default dompurify ProseMirrorClipboard"
)
"""Content security policy of the app: nothing inline, nothing from elsewhere, no string becomes HTML unpurified."""

FOREVER = "public, max-age=31536000, immutable"
"""For files whose name holds the hash of their content."""

ASK_AGAIN = "no-cache"

NOT_BUILT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Deskstream</title></head><body><main>
<h1>The web app is not built yet</h1><p>The desk itself runs. Build the app where the desk was started, then load
this page again:</p><pre>python3 web/build.py</pre><p>It is expected in <code>{folder}</code>.</p></main></body></html>
"""


class WithPages:
    """ASGI: an API and the built app in ``folder``, which may be built, or built anew, while the process runs."""

    def __init__(self, api: ASGIApp, folder: Path) -> None:
        self._api = api
        self._folder = folder
        pages = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        problems.install(pages)
        pages.frontend("/", directory=folder, fallback="index.html", check_dir=False)
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or path == API or path.startswith(f"{API}/"):
            await self._api(scope, receive, send)
        elif not self._built():
            page = HTMLResponse(NOT_BUILT.format(folder=escape(str(self._folder))), status_code=503)
            await page(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        compressed = self._has_compressed(path) and _takes_brotli(Headers(scope=scope).getlist("accept-encoding"))

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                named_by_hash = path.startswith("/assets/") and message["status"] in {200, 206, 304}
                headers["cache-control"] = FOREVER if named_by_hash else ASK_AGAIN
                headers["content-security-policy"] = POLICY
                headers.add_vary_header("accept-encoding")
                if compressed:
                    headers["content-encoding"] = "br"
            await send(message)

        await self._pages({**scope, "path": f"{path}.br"} if compressed else scope, receive, sending)

    def _built(self) -> bool:
        return (self._folder / "index.html").is_file()

    def _has_compressed(self, path: str) -> bool:
        return ".." not in path and "\0" not in path and (self._folder / f"{path[1:]}.br").is_file()


def _takes_brotli(accepted: Iterable[str]) -> bool:
    codings = (coding.partition(";") for line in accepted for coding in line.lower().split(","))
    return any(name.strip() == "br" and weight.replace(" ", "") not in {"q=0", "q=0.0"} for name, _, weight in codings)
