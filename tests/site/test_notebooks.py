"""An executed notebook as a page: what was shown stays, what a browser would run or fetch goes."""

from __future__ import annotations

import base64
import json

import lxml.html
import pytest

from hmic_analysis.errors import DataError
from hmic_analysis.site.notebooks import notebook_cells, safe_html

from .evidence import notebook
from .reading import parsed, text_of

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def keep(content: bytes) -> tuple[str, int, int]:
    assert content.startswith((b"\x89PNG", b"<svg"))
    return "figures/kept.png", 3, 2


def clean(text: str) -> str:
    return safe_html(text, keep)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<SCRIPT>alert(1)</SCRIPT>",
        "<style>p { background: url(http://example.org/x) }</style>",
        '<iframe src="https://example.org"></iframe>',
        "<svg><script>alert(1)</script></svg>",
        '<object data="x"><p>instead</p></object>',
        "<!-- a comment -->",
        '<img src="https://example.org/x.png" alt="x">',
        '<img src="file:///etc/passwd">',
        '<link rel="stylesheet" href="//example.org/x.css">',
    ],
)
def test_what_runs_or_fetches_goes_with_all_that_is_in_it(text):
    assert clean(f"<p>before</p>{text}<p>after</p>") == "<p>before</p><p>after</p>"


def test_an_embedded_file_goes():
    assert "embed" not in clean('<p>before</p><embed src="https://example.org/x">')


def test_text_after_what_is_dropped_stays():
    assert clean("<p>one<script>x</script> two<!-- c --> three</p>") == "<p>one two three</p>"


@pytest.mark.parametrize("attribute", ['onclick="x()"', 'style="color: red"', 'class="x"', 'id="content"'])
def test_attributes_that_are_not_known_go(attribute):
    assert clean(f"<p {attribute}>text</p>") == "<p>text</p>"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://example.org", "//example.org", "other.html"])
def test_links_elsewhere_become_text(address):
    assert clean(f'<p><a href="{address}">words</a></p>') == "<p>words</p>"


@pytest.mark.parametrize("picture", [f"png;base64,{PIXEL}", "svg+xml;base64,PHN2Zy8+"])
def test_pictures_become_files_and_keep_their_words(picture):
    found = lxml.html.fromstring(clean(f'<img alt="A chart." src="data:image/{picture}" style="width:100%">'))
    assert dict(found.attrib) == {"src": "figures/kept.png", "alt": "A chart.", "width": "3", "height": "2"}


def test_headings_go_one_level_down_and_lose_their_anchors():
    text = '<h1>One<a class="anchor-link" href="#One">¶</a></h1><h2>Two</h2><h6>Six</h6>'
    assert clean(text) == "<h2>One</h2><h3>Two</h3><h6>Six</h6>"


def test_tables_get_scopes_one_row_of_headers_and_a_box_that_scrolls():
    text = (
        "<table><thead><tr><th></th><th>Value</th></tr><tr><th>Claim</th><th></th></tr></thead>"
        "<tbody><tr><th>A1a</th><td>1</td></tr></tbody></table>"
    )
    box = lxml.html.fromstring(clean(text))
    assert (box.get("role"), box.get("tabindex"), box.get("aria-label")) == ("group", "0", "Table of results")
    heads = [(th.text, th.get("scope")) for th in box.iter("th")]
    assert heads == [("Claim", "col"), ("Value", "col"), ("A1a", "row")]


def test_text_of_data_is_not_read_as_html_twice():
    assert clean("<td>x</td>") == "<td>x</td>"
    assert clean("<p>&lt;script&gt;1 &amp; 2</p>") == "<p>&lt;script&gt;1 &amp; 2</p>"


def test_cells_without_the_machines_folders_and_what_was_printed_on_the_side(tmp_path):
    import base64

    path = tmp_path / "notebook.ipynb"
    path.write_text(json.dumps(notebook(tmp_path, base64.b64decode(PIXEL))), encoding="utf-8")
    cells = notebook_cells(path, tmp_path, keep)
    assert len(cells) == 2, "the cell with the injected parameters stays out"
    said = " ".join(c.code + c.html for c in cells)
    assert str(tmp_path) not in said and "a warning on the side" not in said
    assert "<h2>Title</h2>" in cells[0].html and "<em>words</em>" in cells[0].html
    assert "83.4%" in cells[1].html and 'alt="Bar chart of groups where violence leads."' in cells[1].html


def test_a_notebook_that_is_not_there_or_none_is_said(tmp_path):
    with pytest.raises(DataError, match="isn't there. Run the finding again"):
        notebook_cells(tmp_path / "x.ipynb", tmp_path, keep)
    (tmp_path / "x.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="is not a notebook"):
        notebook_cells(tmp_path / "x.ipynb", tmp_path, keep)


def test_the_page_shows_code_as_text_and_pictures_as_files(public_site):
    page = public_site / "forces" / "cleveland" / "A1-notebook.html"
    root, text = parsed(page), text_of(page)
    assert 'open("(project)/data") x < 3' in text
    [picture] = root.iter("img")
    assert picture.get("alt") == "Bar chart of groups where violence leads."
    assert (page.parent / picture.get("src")).is_file()
    assert "base64" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("bad", ["\ufffe", "\uffff", "\x01", "\x0b", "\0"])
def test_what_xml_refuses_stops_no_page(bad):
    picture = base64.b64encode(b"\x89PNG\r\n").decode()
    made = clean(f'<p>a{bad}b</p><p><img src="data:image/png;base64,{picture}" alt="c{bad}d"></p>')
    assert made.startswith("<p>ab</p>") and 'alt="cd"' in made
