"""Sign-in and consent in a real browser. Spec: authorisation-api 8.2."""

import os
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from tests.sandbox.gateway.running import SCOPES, Running

pytestmark = pytest.mark.browser

_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def application() -> Iterator[str]:
    """Software on this machine, to whose address the browser comes back."""

    class Callback(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"back in the software")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Callback)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}/callback"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The system's Chromium; nothing is downloaded."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "these tests need the system's Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"), executable_path=chromium, headless=True, args=_QUIET
        )
        yield context.new_page()
        context.close()


@pytest.fixture
def page(tab: Page) -> Page:
    """Without cookies. Anything that the page's own policy blocks, or any broken script, is kept in `faults`."""
    tab.context.clear_cookies()
    return tab


@pytest.fixture(autouse=True)
def no_faults(tab: Page) -> Iterator[None]:
    faults: list[str] = []
    tab.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    yield
    assert [fault for fault in faults if "400 (Bad Request)" not in fault] == []


def open_authorize(page: Page, running: Running, address: str, **changes: str) -> None:
    query = {
        "response_type": "code",
        "client_id": running.gateway.applications.box.client_id,
        "scope": SCOPES,
        "redirect_uri": address,
        "state": "from-browser",
        **changes,
    }
    page.goto(f"{running.url}/oauth/authorize?{urlencode(query)}")


def look(page: Page, name: str) -> None:
    """Keeps a picture where AGENT_SERVICES_TEST_SCREENSHOTS says, for a person to look at."""
    folder = os.environ.get("AGENT_SERVICES_TEST_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def sign_in(page: Page, user_id: str = "amelia", password: str = "password") -> None:
    page.get_by_label("Government Gateway user ID").fill(user_id)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_person_gives_authority(page: Page, running: Running, application: str) -> None:
    open_authorize(page, running, application)
    expect(page).to_have_title("Give software authority to act for you – Agent services")
    look(page, "1-start")
    page.get_by_role("button", name="Continue").click()
    look(page, "2-sign-in")
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Give authority to Sandbox application")
    look(page, "3-consent")
    page.get_by_role("button", name="Give authority", exact=True).click()

    page.wait_for_url(application + "?code=*&state=from-browser")
    expect(page.locator("body")).to_have_text("back in the software")


def test_person_refuses(page: Page, running: Running, application: str) -> None:
    open_authorize(page, running, application)
    page.get_by_role("button", name="Continue").click()
    sign_in(page)
    page.get_by_role("button", name="Do not give authority").click()

    page.wait_for_url(application + "?error=access_denied&*&state=from-browser")
    expect(page.locator("body")).to_have_text("back in the software")


def test_wrong_password_is_told_in_an_error_summary(page: Page, running: Running, application: str) -> None:
    open_authorize(page, running, application)
    page.get_by_role("button", name="Continue").click()
    sign_in(page, password="wrong")

    expect(page).to_have_title("Error: Sign in – Agent services")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("The user ID or password is not right")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    look(page, "4-wrong-password")
    summary.get_by_role("link").click()
    expect(page.get_by_label("Government Gateway user ID")).to_be_focused()


def test_password_can_be_shown(page: Page, running: Running, application: str) -> None:
    """The script of the components runs under the pages' own policy."""
    open_authorize(page, running, application)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Password", exact=True).fill("password")
    page.get_by_role("button", name="Show password").click()

    expect(page.locator("#password")).to_have_attribute("type", "text")


def test_people_of_the_sandbox_are_listed(page: Page, running: Running, application: str) -> None:
    open_authorize(page, running, application)
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("Who can sign in here").click()

    expect(page.get_by_text("Iris Penhaligon")).to_be_visible()
    look(page, "5-cast")


def test_code_is_shown_out_of_band(page: Page, running: Running) -> None:
    open_authorize(page, running, "urn:ietf:wg:oauth:2.0:oob")
    page.get_by_role("button", name="Continue").click()
    sign_in(page)
    page.get_by_role("button", name="Give authority", exact=True).click()

    expect(page.locator("#code")).to_be_visible()
    assert page.title() == "Success code=" + page.locator("#code").inner_text()
    look(page, "6-code")


def test_faulty_software_is_told_off(page: Page, running: Running, application: str) -> None:
    open_authorize(page, running, application, scope="read:everything")

    expect(page.get_by_role("heading", level=1)).to_have_text("This software cannot ask for authority")
    expect(page.locator("main")).to_contain_text("invalid_scope")
    look(page, "7-problem")


def test_every_page_works_by_keyboard_alone(page: Page, running: Running, application: str) -> None:
    open_authorize(page, running, application)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Continue")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("Government Gateway user ID").focus()
    page.keyboard.type("amelia")
    page.keyboard.press("Tab")
    page.keyboard.type("password")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Give authority to Sandbox application")
