"""The pages in a real browser: no error, no other host, accessible, usable by keyboard, whole at every width.

`make test-browser` runs these. With DISCOURSE_SCREENSHOTS=FOLDER the pages are also pictured there.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FakeEmbedder

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "browser" / "node_modules" / "axe-core" / "axe.min.js"
REVIEWER, TOKEN = "Ada Tester", "a token for the tests"
WIDTHS = (360, 800, 1280)
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
)  # fmt: skip
PAGES = {
    "home": "/",
    "search": "/search?q=inspection",
    "topics": "/topics",
    "topic": "/topics/{topic}",
    "stakeholders": "/stakeholders",
    "stakeholder": "/stakeholders/{stakeholder}",
    "statement": "/statements/{statement}",
    "document": "/documents/{document}",
    "documents": "/documents",
    "changes": "/changes",
    "links": "/links",
    "answering": "/statements/{answering}",
    "network": "/network",
    "compare": "/compare?a={stakeholder}&b={other}",
    "summary": "/summary?topic={topic}",
    "about": "/about",
    "responsible-use": "/responsible-use",
    "missing": "/topics/nothing",
}
PICTURED = ("home", "search", "topic", "stakeholder", "statement", "links", "summary", "review")


def needed() -> tuple[str, str]:
    """The browser and its driver; skipped without them, or failed where `make test-browser` asked."""
    found = [shutil.which("chromium"), shutil.which("chromedriver")]
    missing = [name for name, path in zip(("chromium", "chromium-driver"), found, strict=True) if not path]
    missing += [] if AXE.is_file() else ["axe-core (`npm ci --prefix tests/browser`)"]
    if missing:
        told = f"not here: {', '.join(missing)}; on Debian: apt-get install chromium chromium-driver npm"
        if os.environ.get("DISCOURSE_BROWSER"):
            pytest.fail(told)
        pytest.skip(told)
    return found[0] or "", found[1] or ""


@pytest.fixture(scope="module")
def site(gold: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of a copy of the sample's map, on which one may review."""
    import uvicorn

    from discourse.overall import link_statements
    from discourse.store import Map
    from discourse.web import Settings, create_app

    path = tmp_path_factory.mktemp("browser") / "sample.db"
    shutil.copy(gold, path)
    with Map.create(path) as store:
        link_statements(store)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings(keep=0.0, burst=10_000, reviewers={REVIEWER: TOKEN})
    app = create_app(path, settings, lambda name: FakeEmbedder())
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", server_header=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    program, driver = needed()
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for switch in (*SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(driver))
    browser.command_executor.client_config.timeout = 300
    browser.set_page_load_timeout(180)
    browser.set_script_timeout(180)
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def addresses(site: str, browser: Any) -> dict[str, str]:
    """The address of each page, of the stakeholder who said most, a topic of theirs, and so on."""
    said = json.loads(_body(browser, f"{site}/api/v1/positions?limit=200"))["items"]
    first = said[0]
    other = next(row for row in said if row["stakeholder_id"] != first["stakeholder_id"])
    row = json.loads(_body(browser, f"{site}/api/v1/statements/{first['statements'][0]}"))
    link = json.loads(_body(browser, f"{site}/api/v1/links?limit=1"))["items"][0]
    named = {
        "answering": link["from"]["id"],
        "topic": first["topic"], "stakeholder": first["stakeholder_id"], "other": other["stakeholder_id"],
        "statement": row["id"], "document": row["document"]["id"],
    }  # fmt: skip
    return {name: site + address.format(**named) for name, address in PAGES.items()}


def _body(browser: Any, address: str) -> str:
    browser.get(address)
    return str(browser.find_element("tag name", "pre").text)


def widen(browser: Any, width: int, dark: bool = False) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})


def check(browser: Any, site: str, address: str) -> None:
    """That what happened since the last check held no error and asked no other host."""
    asked = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = [e["params"]["request"]["url"] for e in asked if e["method"] == "Network.requestWillBeSent"]
    assert [url for url in urls if not url.startswith((site, "data:", "chrome:"))] == []
    told = [entry for entry in browser.get_log("browser") if "status of 404" not in entry["message"]]
    assert told == [], address


def serious(browser: Any) -> list[str]:
    """The serious findings of axe-core on the page."""
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run({resultTypes: ['violations']}).then((r) => done(r.violations), (e) => done([{id: String(e),"
        " impact: 'critical', nodes: []}]));"
    )
    return [
        f"{one['id']}: {', '.join(node['html'][:120] for node in one['nodes'][:3])}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def picture(browser: Any, name: str, width: int) -> None:
    folder = os.environ.get("DISCOURSE_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        browser.save_screenshot(str(Path(folder) / f"{name}-{width}.png"))


@pytest.mark.parametrize("name", PAGES)
def test_each_page(browser: Any, site: str, addresses: dict[str, str], name: str) -> None:
    for width in WIDTHS:
        widen(browser, width)
        if width == WIDTHS[0]:
            browser.get(addresses[name])
        wide = browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} wide at {width}"
        if name in PICTURED:
            picture(browser, name, width)
    assert serious(browser) == []
    check(browser, site, addresses[name])


@pytest.mark.parametrize("name", ["home", "topic", "statement"])
def test_in_the_dark(browser: Any, addresses: dict[str, str], name: str) -> None:
    widen(browser, 800, dark=True)
    browser.get(addresses[name])
    assert serious(browser) == []
    picture(browser, f"{name}-dark", 800)
    widen(browser, 800)


def test_the_picture_of_a_topic_leads_to_statements(browser: Any, site: str, addresses: dict[str, str]) -> None:
    widen(browser, 800)
    browser.get(addresses["topic"])
    browser.execute_script("document.querySelector('figure').scrollIntoView()")
    picture(browser, "picture", 800)
    browser.execute_script("document.getElementById('evidence').scrollIntoView()")
    picture(browser, "answers", 800)
    marks = browser.find_elements("css selector", "svg.picture a")
    assert len(marks) > 2
    assert all(mark.accessible_name for mark in marks[:3])
    browser.execute_script("arguments[0].focus()", marks[0])
    press(browser, "\ue007")
    until(lambda: browser.current_url.startswith(f"{site}/statements/"))
    check(browser, site, "picture")


def until(found: Callable[[], bool]) -> None:
    """Waits for something that a key press brings about."""
    for _ in range(300):
        if found():
            return
        time.sleep(0.1)
    pytest.fail("nothing came of it")


def press(browser: Any, *keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    chain = ActionChains(browser, duration=0)
    for key in keys:
        chain.send_keys(key)
    chain.perform()


def tab_to(browser: Any, wanted: str) -> None:
    """Presses Tab until the element with this name (its own or its label's) has the focus, which must be visible."""
    from selenium.webdriver.common.keys import Keys

    for _ in range(60):
        press(browser, Keys.TAB)
        element = browser.switch_to.active_element
        if wanted in (element.get_attribute("name"), element.text):
            assert browser.execute_script("return getComputedStyle(arguments[0]).outlineStyle", element) != "none"
            return
    pytest.fail(f"Tab does not lead to {wanted}")


def test_a_search_with_filters_by_keyboard_alone(browser: Any, site: str, addresses: dict[str, str]) -> None:
    from selenium.webdriver.common.keys import Keys

    widen(browser, WIDTHS[-1])
    browser.get(addresses["home"])
    press(browser, Keys.TAB)
    assert browser.switch_to.active_element.text == "To the content"
    tab_to(browser, "q")
    press(browser, *"inspection", Keys.ENTER)
    until(lambda: "/search?q=inspection" in browser.current_url)
    everything = browser.find_elements("css selector", "article.quote")
    tab_to(browser, "Filters and order")
    press(browser, Keys.ENTER)
    tab_to(browser, "stance")
    press(browser, *"against")
    assert browser.switch_to.active_element.get_attribute("value") == "against"
    tab_to(browser, "stakeholder")
    press(browser, Keys.ENTER)
    until(lambda: "stance=against" in browser.current_url)
    assert "q=inspection" in browser.current_url
    narrowed = browser.find_elements("css selector", "article.quote")
    assert 0 < len(narrowed) <= len(everything)
    sides = [element.text for element in browser.find_elements("css selector", "article.quote .side")]
    assert all("against" in text for text in sides[:1])
    check(browser, site, "search")


def test_a_correction_is_made_with_a_key_shown_and_undone(browser: Any, site: str, addresses: dict[str, str]) -> None:
    widen(browser, 800)
    browser.get(f"{site}/review")
    browser.find_element("name", "token").send_keys(TOKEN)
    browser.find_element("css selector", "form.filters button").click()
    until(lambda: f"You are {REVIEWER}" in browser.page_source)
    assert serious(browser) == []
    browser.find_element("partial link text", "First look").click()
    until(lambda: "Is this right?" in browser.page_source)
    assert serious(browser) == []
    for width in WIDTHS:
        widen(browser, width)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        picture(browser, "review", width)
    first = browser.current_url
    press(browser, "n")
    until(lambda: "Kept as correction" in browser.page_source and browser.current_url != first)
    name = first.partition("/statements/")[2].partition("?")[0]
    press(browser, "u")
    until(lambda: name in browser.current_url)
    assert "(undone)" in browser.page_source
    press(browser, "s")
    assert browser.switch_to.active_element.get_attribute("name") == "speaker"
    press(browser, "n")
    assert browser.switch_to.active_element.get_attribute("value") == "n"
    browser.get(f"{site}/statements/{name}")
    assert REVIEWER in browser.page_source
    check(browser, site, "review")
