"""The explorer in a real browser: JupyterLab, headless Chromium, another force chosen by hand."""

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
def browser():
    """A headless Chromium."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.skip("Chromium and its driver are not on this machine")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1400,1500"):
        options.add_argument(argument)
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


@pytest.mark.browser
def test_choosing_another_force_changes_the_figure(browser, lab, tmp_path):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select

    def all_of(css):
        return browser.find_elements(By.CSS_SELECTOR, css)

    def first_picture():
        return all_of("figure img")[0].get_attribute("src")

    def status():
        """What the page says when it is done."""
        said = all_of("p[role=status]")[0].text
        return "" if "Working" in said else said

    browser.get(f"{lab}/lab/tree/notebooks/explore/force_explorer.ipynb?token={TOKEN}")
    # A cell run before the kernel is there is met with a question.
    _wait(lambda: "| Idle" in all_of("#jp-main-statusbar")[0].text)

    def run_the_cell():
        all_of(".jp-CodeCell .jp-InputArea-editor")[0].click()
        keys = ActionChains(browser).key_down(Keys.SHIFT).send_keys(Keys.ENTER).key_up(Keys.SHIFT)
        keys.perform()
        return True

    _wait(run_the_cell)
    _wait(lambda: all_of(".widget-dropdown select"))
    force = Select(all_of(".widget-dropdown select")[0])
    force.select_by_visible_text("Cleveland (synthetic)")
    _wait(lambda: "Cleveland" in status())
    before = _wait(first_picture)

    force.select_by_visible_text("Bedfordshire (synthetic)")
    after = _wait(lambda: first_picture() if first_picture() != before else None)
    assert after.startswith("data:image/png;base64,")
    assert "Bedfordshire" in _wait(lambda: all_of("figure figcaption")[0].text)
    assert "SYNTHETIC DATA" in _wait(lambda: "Bedfordshire" in status() and status())

    Select(all_of(".widget-dropdown select")[1]).select_by_visible_text(
        "A6 Named suspects outstanding and bail absconders"
    )
    _wait(lambda: "A6" in status())
    assert _wait(lambda: all_of("figure img")[0].get_attribute("alt"))
    browser.save_screenshot(str(tmp_path / "explorer.png"))
    severe = [
        e["message"] for e in browser.get_log("browser") if e["level"] == "SEVERE" and "favicon" not in e["message"]
    ]
    assert not [m for m in severe if "hmic" in m or "widget" in m.lower()]
