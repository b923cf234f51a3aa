"""The page's own files, as Vite built them: looked up in a table, so no path leads out of the folder."""

import re
from pathlib import Path

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from samovar.web.errors import ApiError

STATIC = Path(__file__).with_name("static")
MAX_FILES = 1000
#: The page is one document for all its views; which one is shown is decided in the browser.
_VIEW = re.compile(r"/(?:(?:overview|events|sessions|sources|artefacts|files|sensors|map|live|health|login|setup)"
                   r"(?:/[^/]{0,128})?)?")  # fmt: skip
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
_COMMON = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
#: The terminal player is WebAssembly; its markup, a handful of constants, goes through a policy of its own.
POLICY = (
    f"{_COMMON}; script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; "
    "trusted-types svelte-trusted-html asciinema-player"
)
_UNBUILT = (
    "The page has not been built yet, so there is nothing to see here; the API works all the same.\n\n"
    "From a clone: 'make up' builds the page and starts again. Only the page: 'npm ci && npm run build' in ui/.\n"
)


class _File(Struct, frozen=True):
    path: Path
    packed: Path | None
    media_type: str
    etag: str
    immutable: bool
    policy: str | None


class Page:
    """The built page in ``folder``. Noticed anew when it is built anew."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._folder = folder
        self._built: int | None = None
        self._files: dict[str, _File] = {}

    def has(self, path: str) -> bool:
        """Whether ``path`` is the page's: a view or one of its files. These are not secret."""
        self._look()
        return _VIEW.fullmatch(path) is not None or self._find(path) is not None

    def serve(self, request: Request) -> Response:
        """The file or view that is asked for. Raises ApiError(404)."""
        self._look()
        path: str = request.scope["path"]  # what the guard judged; request.url is put together anew
        file = self._find(path)
        if file is None:
            if _VIEW.fullmatch(path) is None:
                raise ApiError(404, "there is nothing here")
            file = self._files.get("/index.html")
            if file is None:
                return PlainTextResponse(_UNBUILT, 503, {"retry-after": "30"})
        return _response(file, request)

    def _find(self, path: str) -> _File | None:
        found = self._files.get(path)
        if found is None and (at := path.rfind("/assets/")) > 0:
            found = self._files.get(path[at:])  # the page names its assets relative to the view it is at
        return found

    def _look(self) -> None:
        try:
            built = (self._folder / "index.html").stat().st_mtime_ns
        except OSError:
            self._built, self._files = None, {}
            return
        if built != self._built:
            self._files = self._scan()
            self._built = built

    def _scan(self) -> dict[str, _File]:
        root = self._folder.resolve()
        files: dict[str, _File] = {}
        for path in sorted(root.rglob("*"))[: 2 * MAX_FILES]:
            name = "/" + path.relative_to(root).as_posix()
            hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
            if hidden or path.suffix == ".gz" or path.is_symlink() or not path.is_file():
                continue
            stat = path.stat()
            packed = path.with_name(path.name + ".gz")
            files[name] = _File(
                path,
                packed if packed.is_file() else None,
                _TYPES.get(path.suffix, "application/octet-stream"),
                f'"{stat.st_size:x}-{stat.st_mtime_ns:x}"',
                name.startswith("/assets/"),
                _policy(path),
            )
        return files


def _policy(path: Path) -> str | None:
    return POLICY if path.suffix == ".html" else None


def _response(file: _File, request: Request) -> Response:
    headers = {
        "etag": file.etag,
        "cache-control": "public, max-age=31536000, immutable" if file.immutable else "no-cache",
    }
    if file.policy:
        headers["content-security-policy"] = file.policy
    if file.packed:
        headers["vary"] = "accept-encoding"
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    path = file.path
    if file.packed and "gzip" in request.headers.get("accept-encoding", ""):
        path = file.packed
        headers["content-encoding"] = "gzip"
    return FileResponse(path, headers=headers, media_type=file.media_type)
