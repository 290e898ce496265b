import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from hospital import PATIENCE_S, Hospital


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    """A hospital of this file's own."""
    opened = Hospital(tmp_path_factory.mktemp("hospital"))
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture(scope="session")
def chromium():
    """The system's browser: nothing is downloaded."""
    path = shutil.which("chromium")
    assert path, "chromium is missing (Debian package chromium)"
    arguments = ["--disable-gpu", "--disable-dev-shm-usage"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium):
    """Opens windows of browsers that know nothing of each other; an error in any page's script fails the test."""
    opened, errors = [], []

    def open_window(width=1280, height=900, signed_in=None, language="vi", **more):
        context = chromium.new_context(viewport={"width": width, "height": height}, locale=f"{language}-VN", **more)
        context.set_default_timeout(PATIENCE_S * 1000)
        opened.append(context)
        if signed_in is not None:
            known = {"tiepdon_staff": signed_in.cookie, "tiepdon_language": language}
            base = signed_in.hospital.base
            context.add_cookies([{"name": name, "value": value, "url": base} for name, value in known.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        return page

    yield open_window
    for context in opened:
        context.close()
    assert not errors, errors
