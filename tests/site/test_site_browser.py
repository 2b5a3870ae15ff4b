"""The site in a real browser: from a folder and from a web server, with and without scripts, wide and narrow."""

from __future__ import annotations

from importlib import resources

import pytest

from .browser import chromium, requested, served, width
from .reading import pages

pytestmark = pytest.mark.browser
#: One page of each kind.
KINDS = (
    "index.html",
    "method.html",
    "data-quality.html",
    "findings/A1.html",
    "forces/cleveland/index.html",
    "forces/cleveland/A1.html",
    "forces/cleveland/A1-notebook.html",
    "forces/cleveland/F4.html",
)


@pytest.fixture(scope="module")
def browser():
    with chromium() as driver:
        yield driver


@pytest.fixture(scope="module")
def axe() -> str:
    """The accessibility checker, as its package ships it."""
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def some(site):
    """Every page but those of all forces save one, which are of the same kinds."""
    return [p for p in pages(site) if not {"durham", "kent"} & set(p.parts)]


@pytest.fixture(params=["public_site", "force_site"])
def site(request):
    return request.getfixturevalue(request.param)


def css(browser, selector):
    from selenium.webdriver.common.by import By

    return browser.find_elements(By.CSS_SELECTOR, selector)


def shown_rows(browser):
    return [r.get_attribute("data-text") for r in css(browser, "tbody tr[data-text]") if r.is_displayed()]


def violations(browser, axe):
    """What the checker objects to on the page that is open, with every part of it unfolded."""
    browser.execute_script("document.querySelectorAll('details').forEach(function (d) { d.open = true; });")
    browser.execute_script(axe)
    result = browser.execute_async_script("axe.run(document).then(arguments[arguments.length - 1]);")
    assert len(result["passes"]) > 15, "the checker looked at next to nothing"
    return [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in result["violations"]]


def test_no_page_asks_for_anything_outside_its_folder_or_complains(browser, site):
    requested(browser)
    browser.get_log("browser")
    for page in pages(site):
        browser.get(page.as_uri())
    assert browser.get_log("browser") == []
    asked = {a for a in requested(browser) if not a.startswith("data:")}
    assert len(asked) > 20
    assert all(a.startswith(site.as_uri()) for a in asked), sorted(asked)


def test_it_works_from_a_web_server_that_is_asked_for_nothing_else(browser, public_site):
    with served(public_site) as address:
        requested(browser)
        browser.get_log("browser")
        for page in KINDS:
            browser.get(f"{address}/{page}")
            assert css(browser, "h1")
        assert browser.get_log("browser") == []
        assert all(a.startswith((address, "data:")) for a in requested(browser))


@pytest.mark.parametrize("pixels", [1280, 320])
def test_the_checker_finds_no_barrier(browser, axe, site, pixels):
    """On every page in a wide window; in a narrow one on those of each kind, whose styles are the same."""
    width(browser, pixels)
    for page in some(site) if pixels == 1280 else [p for name in KINDS if (p := site / name).is_file()]:
        browser.get(page.as_uri())
        assert violations(browser, axe) == [], page


def test_the_checker_would_find_one(browser, axe, public_site, tmp_path):
    page = tmp_path / "page.html"
    text = (public_site / "index.html").read_text(encoding="utf-8")
    page.write_text(text.replace("<h1>", '<img src="data:,"><h1>'), encoding="utf-8")
    browser.get(page.as_uri())
    assert "image-alt" in [name for name, _ in violations(browser, axe)]


@pytest.mark.parametrize("pixels", [320, 640])
def test_nothing_runs_out_of_a_narrow_window(browser, site, pixels):
    """320 pixels, and 1280 at twice the size: only tables scroll sideways, within their own boxes."""
    width(browser, pixels)
    for page in some(site):
        browser.get(page.as_uri())
        browser.execute_script("document.querySelectorAll('details').forEach(function (d) { d.open = true; });")
        assert browser.execute_script("return document.documentElement.scrollWidth;") <= pixels, page
    width(browser, 1280)


def test_one_gets_from_the_overview_to_the_data_and_back(browser, public_site):
    from selenium.webdriver.common.by import By

    width(browser, 1280)
    browser.get((public_site / "index.html").as_uri())
    css(browser, "#matrix tbody tr[data-text=durham] td[data-column=A1] a")[0].click()
    assert browser.current_url.endswith("forces/durham/A1.html")
    browser.find_element(By.LINK_TEXT, "The executed notebook").click()
    assert browser.current_url.endswith("forces/durham/A1-notebook.html")
    browser.find_element(By.LINK_TEXT, "Durham").click()
    assert css(browser, "h1")[0].text == "Durham Constabulary"
    browser.find_element(By.LINK_TEXT, "Overview").click()
    browser.find_element(By.PARTIAL_LINK_TEXT, "A1. Recording route").click()
    assert browser.current_url.endswith("findings/A1.html")
    css(browser, "#forces-table tbody tr[data-text=kent] th a")[0].click()
    assert browser.current_url.endswith("forces/kent/A1.html")


def test_the_filter_by_name_finding_and_verdict(browser, public_site):
    from selenium.webdriver.support.ui import Select

    width(browser, 1280)
    browser.get((public_site / "index.html").as_uri())
    count = css(browser, ".count")[0]
    assert count.text == "3 of 3 forces shown" and count.get_attribute("role") == "status"
    css(browser, "#matrix-text")[0].send_keys("DUR")
    assert shown_rows(browser) == ["durham"] and count.text == "1 of 3 forces shown"
    css(browser, "#matrix-text")[0].clear()
    css(browser, "#matrix-text")[0].send_keys("e")
    assert shown_rows(browser) == ["cleveland", "kent"]
    css(browser, "button[type=reset]")[0].click()
    assert _soon(lambda: len(shown_rows(browser)) == 3)

    Select(css(browser, "#matrix-column")[0]).select_by_value("F4")
    every = css(browser, "thead [data-column]")
    assert [h.get_attribute("data-column") for h in every if h.is_displayed()] == ["F4"]
    [section] = [h for h in css(browser, "thead [data-section]") if h.is_displayed()]
    assert section.text == "Freeing up time" and section.get_attribute("colspan") == "1"
    Select(css(browser, "#matrix-state")[0]).select_by_value("contradicted")
    assert shown_rows(browser) == [] and count.text == "0 of 3 forces shown"
    Select(css(browser, "#matrix-state")[0]).select_by_value("no_data")
    assert len(shown_rows(browser)) == 3

    css(browser, "button[type=reset]")[0].click()
    _soon(lambda: len([h for h in css(browser, "thead [data-column]") if h.is_displayed()]) == len(every))
    Select(css(browser, "#matrix-state")[0]).select_by_value("supported")
    cells = css(browser, "#matrix tr[data-text=kent] td")
    visible = {c.get_attribute("data-column") for c in cells if "off" not in c.get_attribute("class").split()}
    wanted = {c.get_attribute("data-column") for c in cells if "supported" in c.get_attribute("data-states").split()}
    assert visible == wanted and "F4" not in visible and "A1" in visible


def _soon(what, seconds: float = 5) -> bool:
    import time

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def test_the_filter_by_keyboard_alone(browser, public_site):
    from selenium.webdriver.common.keys import Keys

    width(browser, 1280)
    browser.get((public_site / "index.html").as_uri())
    body = browser.switch_to.active_element
    body.send_keys(Keys.TAB)
    skip = browser.switch_to.active_element
    assert skip.text == "Skip to main content" and skip.is_displayed() and skip.rect["x"] >= 0
    skip.send_keys(Keys.ENTER)
    assert browser.execute_script("return document.activeElement.id;") == "content"
    for _ in range(3):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        if browser.execute_script("return document.activeElement.id;") == "matrix-text":
            break
    focused = browser.switch_to.active_element
    assert focused.get_attribute("id") == "matrix-text"
    assert focused.value_of_css_property("outline-style") == "solid"
    focused.send_keys("kent")
    assert shown_rows(browser) == ["kent"]


def test_without_scripts_every_row_is_there_and_no_filter_that_does_nothing(browser, public_site):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        width(browser, 1280)
        browser.get((public_site / "index.html").as_uri())
        assert len(shown_rows(browser)) == 3
        assert not css(browser, "form.filter")[0].is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_pages_can_be_printed(browser, public_site):
    import base64
    import io

    from pypdf import PdfReader

    for name, words in (("index.html", "Cleveland"), ("forces/cleveland/A1.html", "A1a")):
        browser.get((public_site / name).as_uri())
        printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
        reader = PdfReader(io.BytesIO(base64.b64decode(printed["data"])))
        text = " ".join(page.extract_text() for page in reader.pages)
        assert words in text and "Synthetic data" in text
        assert "Skip to main content" not in text and "Clear the filter" not in text
