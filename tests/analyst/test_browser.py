"""The explorer in a real browser: JupyterLab, headless Chromium, other forces, a grouping, a filter, an export."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

TOKEN = "for-this-test-only"
SECONDS = 180


@pytest.fixture(scope="module")
def downloads(tmp_path_factory):
    """Where the browser puts what is taken away."""
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def browser(downloads):
    """A headless Chromium."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.skip("Chromium and its driver are not on this machine")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1400,1500"):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def lab(two_forces, tmp_path_factory):
    """``hmic explore`` on the project; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = tmp_path_factory.mktemp("jupyter")
    said = {"ServerApp": {"allow_root": True}, "IdentityProvider": {"token": TOKEN}}
    (config / "jupyter_server_config.json").write_text(json.dumps(said), encoding="utf-8")
    command = [sys.executable, "-m", "hmic_analysis", "explore", "--no-browser", "--port", str(port)]
    with (config / "lab.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            command,
            cwd=two_forces.root,
            env={**os.environ, "JUPYTER_CONFIG_DIR": str(config), "JUPYTER_DATA_DIR": str(config)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token={TOKEN}"))
            yield f"http://127.0.0.1:{port}"
        finally:
            _end(server)


def _end(server: subprocess.Popen) -> None:
    if os.name == "posix":
        import signal

        os.killpg(server.pid, signal.SIGTERM)
    else:
        server.terminate()
    server.wait(30)


#: Leads the pointer over a chart from left to right, at a height between 0 and 1, until something is told.
SWEEP = """
const [chart, height] = arguments, box = chart.getBoundingClientRect();
for (let x = 2; x < box.width; x += 4) {
  const at = {clientX: box.left + x, clientY: box.top + height * box.height, bubbles: true, view: window};
  for (const kind of ["pointermove", "mousemove", "pointerover", "mouseover"])
    chart.dispatchEvent(new (kind.startsWith("pointer") ? PointerEvent : MouseEvent)(kind, at));
  if (document.querySelector("#vg-tooltip-element.visible")) return;
}
"""


def _wait(attempt, seconds: float = SECONDS):
    """The first result of ``attempt`` that is neither empty nor an error."""
    last, end = None, time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := attempt():
                return found
        except Exception as fault:  # noqa: BLE001 - whatever is not there yet
            last = fault
        time.sleep(0.3)
    raise AssertionError(f"nothing after {seconds} s: {last}")


@pytest.fixture(scope="module")
def page(browser, lab):
    """The explorer in the browser, its cell run; elements by CSS selector."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    def all_of(css):
        return browser.find_elements(By.CSS_SELECTOR, css)

    browser.get(f"{lab}/lab/tree/notebooks/explore/force_explorer.ipynb?token={TOKEN}")
    # A cell run before the kernel is there is met with a question.
    _wait(lambda: "| Idle" in all_of("#jp-main-statusbar")[0].text)

    def run_the_cell():
        all_of(".jp-CodeCell .jp-InputArea-editor")[0].click()
        ActionChains(browser).key_down(Keys.SHIFT).send_keys(Keys.ENTER).key_up(Keys.SHIFT).perform()
        return True

    _wait(run_the_cell)
    _wait(lambda: all_of(".widget-select-multiple select"))
    return all_of


def _status(page) -> str:
    """What the explorer says when it is done."""
    said = page("p[role=status]")[0].text
    return "" if "Working" in said else said


@pytest.mark.browser
def test_choosing_another_force_changes_the_figure(browser, page):
    from selenium.webdriver.support.ui import Select

    def first_picture():
        return page("figure img")[0].get_attribute("src")

    force = Select(page(".widget-select-multiple select")[0])
    _wait(lambda: "Bedfordshire" in _status(page))
    before = _wait(first_picture)

    force.deselect_all()
    force.select_by_visible_text("Cleveland (synthetic)")
    _wait(lambda: "Cleveland" in _status(page))
    after = _wait(lambda: first_picture() if first_picture() != before else None)
    assert after.startswith("data:image/svg+xml;base64,")
    assert "Cleveland" in _wait(lambda: page("figure figcaption")[0].text)
    assert "SYNTHETIC DATA" in _wait(lambda: _status(page))
    assert _wait(lambda: page("figure img")[0].get_attribute("alt"))


@pytest.mark.browser
def test_two_forces_a_grouping_a_filter_an_export_and_the_code_by_keyboard_alone(browser, page, two_forces, downloads):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def press(*keys, held=None):
        chain = ActionChains(browser)
        chain = chain.key_down(held).send_keys(*keys).key_up(held) if held else chain.send_keys(*keys)
        chain.perform()

    def focused():
        return browser.switch_to.active_element

    def tab_to(css):
        """Press Tab until what a selector names has the focus."""
        for _ in range(40):
            press(Keys.TAB)
            if browser.switch_to.active_element in page(css):
                return True
        raise AssertionError(f"Tab never leads to {css}")

    def show(name):
        """One of the pages of the explorer, from the first choice on."""
        browser.execute_script("arguments[0].focus()", page(".widget-select-multiple select")[0])
        tab_to(".widget-tab .lm-TabBar-tab")
        press(Keys.HOME)
        for _ in page(".widget-tab .lm-TabBar-tab"):
            if browser.switch_to.active_element.text == name:
                return press(Keys.ENTER)
            press(Keys.ARROW_RIGHT)
        raise AssertionError(f"no page {name}")

    def showing(css):
        return [e for e in page(css) if e.is_displayed()]

    # Two forces and another finding.
    browser.execute_script("arguments[0].focus()", page(".widget-select-multiple select")[0])
    press(Keys.HOME)
    press(Keys.ARROW_DOWN, held=Keys.SHIFT)
    _wait(lambda: "Bedfordshire, Cleveland" in _status(page))
    tab_to(".widget-dropdown select")
    press("A6")
    _wait(lambda: "A6" in _status(page))

    # Rows, filtered and taken away.
    show("Rows")
    tab_to("input[placeholder]")
    press("age_days > 90", Keys.ENTER)
    _wait(lambda: "query('age_days > 90')" in showing("textarea")[0].get_property("value"))
    link = showing("a[download]")[0]
    many = int(link.text.removeprefix("Download all ").removesuffix(" as CSV"))
    tab_to("a[download]")
    press(Keys.ENTER)
    (taken,) = _wait(lambda: list(downloads.glob("*.csv")))
    assert len(_wait(lambda: taken.read_text(encoding="utf-8").splitlines())) == many + 1

    # A grouping, with values under the pointer.
    show("By group")
    tab_to(".widget-dropdown select")
    tab_to(".widget-dropdown select")
    press("High")
    tab_to(".jupyter-button")
    press(Keys.SPACE)
    _wait(lambda: "by='high_risk'" in showing("textarea")[0].get_property("value"))

    def value_under_the_pointer():
        # Where the marks lie depends on the fonts of the machine: the pointer is led over the whole chart. Events reach
        # it whatever lies above or outside of the window, such as a notice of JupyterLab.
        chart = showing(".vega-embed canvas, .vega-embed svg.marks")[-1]
        for part in range(40):
            browser.execute_script(SWEEP, chart, part / 40)
            if any("High risk: " in told.get_property("textContent") for told in page("#vg-tooltip-element.visible")):
                return True
        return False

    _wait(value_under_the_pointer)

    # The code, run in a cell of its own.
    tab_to("textarea")
    press("a", held=Keys.CONTROL)
    press("c", held=Keys.CONTROL)
    browser.execute_script("arguments[0].focus()", page(".jp-CodeCell.jp-Notebook-cell")[0])
    press("b", Keys.ENTER)
    press("v", held=Keys.CONTROL)
    press(Keys.ENTER, held=Keys.CONTROL)
    ran = _wait(
        lambda: page(".jp-CodeCell.jp-Notebook-cell")[1].find_elements("css selector", ".jp-OutputArea-output")[0]
    )
    assert "Named suspects outstanding, high risk: yes: " in _wait(lambda: ran.text)
    assert "Bedfordshire" in ran.text and "Cleveland" in ran.text

    # An export: the chart that was shown last.
    show("Export")
    tab_to(".widget-select-multiple select")
    press(Keys.HOME)
    tab_to(".jupyter-button")
    press(Keys.SPACE)
    folder = two_forces.output / "figures" / "A6"
    _wait(lambda: "1 figure written" in "".join(e.text for e in page("p[role=status]")))
    stem = "named-suspects-outstanding-n"
    assert {p.name for p in folder.iterdir()} == {f"{stem}.{ending}" for ending in ("png", "svg", "csv", "txt")}
    # Nothing asks whether it may fetch news, over what is read.
    assert not page(".Toastify__toast")
    severe = [
        e["message"] for e in browser.get_log("browser") if e["level"] == "SEVERE" and "favicon" not in e["message"]
    ]
    assert not [m for m in severe if "hmic" in m or "widget" in m.lower()]
