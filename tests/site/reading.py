"""Reading a site back, as a browser or a spreadsheet would."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
import openpyxl


def pages(site: Path) -> list[Path]:
    """Every page."""
    return sorted(site.rglob("*.html"))


def parsed(page: Path) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(page.read_text(encoding="utf-8"))


def text_of(page: Path) -> str:
    """What a page says, white space as one blank."""
    return " ".join(" ".join(parsed(page).itertext()).split())


def addresses(page: Path) -> list[tuple[str, str]]:
    """Every address on a page with the attribute it stands in."""
    return [(name, e.get(name)) for e in parsed(page).iter() for name in ("href", "src", "srcset") if e.get(name)]


def target_of(page: Path, address: str) -> tuple[Path, str]:
    """The file an address leads to, and the place in it."""
    parts = urlsplit(address)
    path = (page.parent / unquote(parts.path)).resolve() if parts.path else page.resolve()
    return path, parts.fragment


def weight(page: Path) -> int:
    """Bytes of a page with its pictures, style sheet and script."""
    loaded = {
        target_of(page, e.get("src") or e.get("href"))[0]
        for e in parsed(page).iter("img", "script", "link")
        if not (e.get("src") or e.get("href")).startswith("data:")
    }
    return page.stat().st_size + sum(path.stat().st_size for path in loaded)


def everything(site: Path) -> str:
    """All words of all files of a site, workbooks too, and the names of the files."""
    words = []
    for path in sorted(p for p in site.rglob("*") if p.is_file()):
        words.append(path.relative_to(site).as_posix())
        if path.suffix in (".html", ".csv", ".json", ".css", ".js"):
            words.append(path.read_text(encoding="utf-8"))
        elif path.suffix == ".xlsx":
            words += [str(v) for rows in cells(path).values() for row in rows for v in row]
    return "\n".join(words)


def cells(path: Path) -> dict[str, list[tuple]]:
    """The cells of a workbook, sheet by sheet."""
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    return {sheet.title: [tuple(c.value for c in row) for row in sheet.iter_rows()] for sheet in book}
