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
    assert after.startswith("data:image/png;base64,")
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
        for _ in range(60):
            if focused() in page(css):
                return focused()
            press(Keys.TAB)
        raise AssertionError(f"Tab never leads to {css}")

    def tab_of(name):
        """Show one of the pages, as arrow keys do."""
        bar = ".widget-tab .lm-TabBar-tab"
        _wait(lambda: focused() in page(bar) or tab_to(bar))
        press(Keys.HOME)
        for _ in page(bar):
            if focused().text == name:
                break
            press(Keys.ARROW_RIGHT)
        press(Keys.ENTER)

    browser.execute_script("arguments[0].focus()", page(".widget-select-multiple select")[0])
    press(Keys.HOME)
    press(Keys.ARROW_DOWN, held=Keys.SHIFT)
    _wait(lambda: "Bedfordshire, Cleveland" in _status(page))
    browser.save_screenshot("/tmp/lib19/shot1.png")
    tab_of("By groups and periods")
    browser.save_screenshot("/tmp/lib19/shot2.png")
