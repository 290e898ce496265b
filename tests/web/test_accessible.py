"""Every page against WCAG 2.2 AA with axe-core, in both languages, on a desk and on a phone."""

import base64
import datetime
import hmac
import importlib.resources
import os
import pathlib
import re
import struct
import subprocess
import time

import pytest

from hospital import HO_CHI_MINH, PASSWORD, ROOT, STAFF

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
LEVEL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WINDOWS = {"desk": (1280, 900), "phone": (390, 844)}
LANGUAGES = ["vi", "en"]
# Where the window scrolls sideways, somebody on a phone loses what they read.
SCROLLS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
# Of a board's rows: texts that lie on each other.
COVERED = """() => [...document.querySelectorAll('.page:not([hidden]) .rows li')].flatMap(row => {
    const boxes = [...row.children].map(child => {
        const range = document.createRange();
        range.selectNodeContents(child);
        return [child.className, range.getBoundingClientRect()];
    });
    return boxes.flatMap(([name, a], i) => boxes.slice(i + 1)
        .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.width && b.width)
        .map(([other]) => `${name} and ${other}: ${row.innerText}`));
})"""
OPEN = "place => document.querySelectorAll('#counter details').forEach((one, i) => one.open = i === place)"
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SOURCES = ROOT / "server/app/src"
# Answers of these are no pages.
NO_PAGE = re.compile(r"\.(css|js|ttf|wav|mp3|ogg|json|pdf|csv|xlsx)$|/events$|/pdf$|\{file\}$|^/api/|^/metrics$|^/hospital-system/")


def violations(page):
    options = {"runOnly": {"type": "tag", "values": LEVEL}, "resultTypes": ["violations"], "preload": False}
    if page.evaluate("typeof window.axe === 'undefined'"):
        page.evaluate(AXE)
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    lines = []
    for rule in found:
        for node in rule["nodes"][:5]:
            why = "; ".join(part["message"] for part in [*node["any"], *node["all"], *node["none"]])
            lines.append(f"{rule['id']}: {node['target']} {node['html'][:200]} {why}")
    return lines


def look(page, what, complaints, folder=None):
    """The page as it stands now, in every size."""
    for size, (width, height) in WINDOWS.items():
        page.set_viewport_size({"width": width, "height": height})
        complaints += [f"{what} ({size}) {line}" for line in violations(page)]
        if page.evaluate(SCROLLS):
            wide = page.evaluate("""() => [...document.querySelectorAll('body *')]
                .filter(one => one.getBoundingClientRect().right > innerWidth + 1).slice(0, 3)
                .map(one => one.outerHTML.slice(0, 120))""")
            complaints.append(f"{what} ({size}) scrolls sideways: {wide}")
        if folder is not None:
            page.screenshot(path=folder / f"{re.sub(r'[^a-z0-9]+', '-', what.lower())}-{size}.png", full_page=True)


@pytest.fixture(scope="module")
def day(hospital):
    """A morning on which everything happens: what the pages can show, they show."""
    supervisor, head = hospital.staff("truong.quay"), hospital.staff("giam.doc")
    for kind in ("emergency", "help", "card_left", "printer"):
        hospital.call_for_a_person(kind)
    health = {"version": "0.1.0", "reader": "working", "scanner": "working", "printer": "paper_out", "camera": "unknown"}
    hospital.kiosk("POST", "/heartbeats", dict(health, disk="working", unsent=2))
    now = datetime.datetime.now(HO_CHI_MINH)
    span = [(now + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M") for hours in (-1, 7)]
    head.post("/staff/duty-officers", name="Lê Thị Lan", number="031192000025", **{"from": span[0], "until": span[1]})
    seen = {"reception": [], "rooms": []}
    seen["reception"].append(hospital.check_in_by_number("TIEPDON", "031085000017", "Nguyễn Văn Mẫu", "15/01/1985"))
    seen["reception"].append(hospital.check_in_by_number("TIEPDON", "031192000025", "Trần Thị Thử Nghiệm", "09/03/1992"))
    for reason in ("no_card", "face_not_matched", "chip_not_genuine", "asked_for_person"):
        seen["reception"].append(hospital.check_in("TIEPDON", reason))
    for declared in [()] * 12 + [("pregnant",), ("severe_disability", "war_merit")]:
        seen["rooms"].append(hospital.check_in("K01", declared=declared))
    supervisor.press("TIEPDON/1", "open")
    supervisor.press("TIEPDON/1", "next")
    room = "K01/101"
    supervisor.press(room, "open")
    supervisor.press(room, "next")
    supervisor.press(room, "park")
    supervisor.press(room, "next")
    supervisor.press(room, "skip")
    supervisor.press(room, "next")
    supervisor.press(room, "finish")
    supervisor.press(room, "next")
    supervisor.press(room, "leave")
    supervisor.press(room, "walk_in", ground="under_six")
    supervisor.press(room, "next")
    supervisor.press("K01/102", "open")
    papers = {}
    papers["accepted"] = hospital.draft("death", "accepted")
    papers["unknown"] = hospital.draft("birth", "unknown")
    papers["driver"] = hospital.draft("driver", "driver")
    # Other mothers: two births of one contradict each other.
    another = {"SO_CCCD_NND": "031190000041", "MA_BHXH_NND": "0000000041", "MA_THE_NND": "GD4310000000041"}
    papers["waiting"] = hospital.draft("birth", "waiting", SO="18", MA_THE_TAM="TE1310000000041", **another)
    for state in ("accepted", "unknown", "driver"):
        done = head.post(f"/staff/certificates/{papers[state]}/pass", why="nobody_to_ask").url
        assert done.endswith("note=done"), f"{state}: {done}"
        hospital.until_state(papers[state], "accepted", "outcome_unknown", "refused")
    # Asked, and nobody came yet.
    head.post(f"/staff/certificates/{papers['waiting']}/ask")
    papers["draft"] = hospital.draft("death", "draft", MA_HSBA="26.009999", SO_GIAYTO="031051000025")
    papers["wrong"] = hospital.draft("birth", "wrong", SO="99", CAN_NANG_CON="99999", NGAY_SINH_CON="32/13/2026")
    fresh = head.post("/staff/certificates", kind="driver").url
    papers["fresh"] = fresh.rsplit("/", 1)[1].split("?")[0]
    return {"seen": seen, "papers": papers, "head": head}


def test_every_section_of_the_administration_opens_what_it_says(hospital, day, window):
    page = window(signed_in=hospital.staff("quan.tri"), language="en")
    page.goto(f"{hospital.base}/staff/administration")
    sections = page.locator("ul.sections a")
    links = [sections.nth(at).get_attribute("href") for at in range(sections.count())]
    assert {"/staff/people", "/staff/kiosks", "/staff/trust", "/staff/duty-officers", "/staff/audit"} <= set(links)
    titles = set()
    for link in links:
        assert page.goto(f"{hospital.base}{link}").ok
        titles.add(page.title())
    assert len(titles) == len(links), titles


def crawl(hospital, page, login, visited, complaints, folder):
    """Every page that links lead to. Of papers the head sees each; the other roles, with keys of their own, one."""
    waiting = ["/staff"]
    while waiting:
        path = waiting.pop(0)
        kind = path if login == "giam.doc" else ID.sub("{id}", path)
        # Counters are one page; the test below opens two of them with every menu.
        kind = re.sub(r"/counter/.*", "/counter/{department}/{counter}", kind)
        # What these link to depends on who looks.
        if path in ("/staff", "/staff/administration", "/staff/certificates") or "{id}" in kind:
            kind = f"{kind} of {login}"
        if kind in visited or NO_PAGE.search(path):
            continue
        visited.add(kind)
        reply = page.goto(f"{hospital.base}{path}")
        assert reply.ok, f"{path}: {reply.status}"
        led_to = page.url.removeprefix(hospital.base)
        if led_to != path:
            waiting.append(led_to)
            continue
        look(page, f"{kind} {page.evaluate('document.documentElement.lang')}", complaints, folder)
        links = page.evaluate("[...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href'))")
        waiting += [link for link in links if link.startswith("/") and "?" not in link]


@pytest.fixture(scope="module")
def visited():
    return set()


@pytest.fixture(scope="module")
def pictures():
    """Where somebody wants to look with their own eyes: TIEPDON_PICTURES=FOLDER."""
    folder = os.environ.get("TIEPDON_PICTURES")
    if folder is None:
        return None
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    return pathlib.Path(folder)


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_pages_of_every_role_have_no_violation(hospital, day, window, visited, pictures, language):
    complaints, seen = [], set()
    # The one who sees most first; the others add what only they are shown.
    for login in ("truong.quay", "giam.doc", "kiem.tra", "bac.si", "ho.so", "le.tan", "tinh.nguyen", "quan.tri"):
        page = window(signed_in=hospital.staff(login), language=language)
        crawl(hospital, page, login, seen, complaints, pictures)
    visited |= {path.split(" ")[0] for path in seen}
    assert set(STAFF) == {"truong.quay", "giam.doc", "kiem.tra", "bac.si", "ho.so", "le.tan", "tinh.nguyen", "quan.tri"}
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("language", LANGUAGES)
def test_menus_complaints_and_the_way_in_have_no_violation(hospital, day, window, visited, pictures, language):
    complaints = []
    page = window(signed_in=hospital.staff("truong.quay"), language=language)
    for path in ("/staff/counter/TIEPDON/1", "/staff/counter/K01/102"):
        page.goto(f"{hospital.base}{path}?said=changed")
        visited.add(path)
        for menu in range(page.locator("#counter details").count()):
            page.evaluate(OPEN, menu)
            look(page, f"{path} menu {menu} {language}", complaints, pictures)
    assert page.goto(f"{hospital.base}/staff/certificates").status == 403
    look(page, f"refused {language}", complaints, pictures)
    page = window(signed_in=day["head"], language=language)
    assert page.goto(f"{hospital.base}/staff/certificates?state=accepted&note=done").ok
    look(page, f"filtered {language}", complaints, pictures)
    page.goto(f"{hospital.base}/staff/certificates/{day['papers']['wrong']}?note=blocked")
    look(page, f"blocked {language}", complaints, pictures)
    stranger = window(language=language)
    stranger.context.add_cookies([{"name": "tiepdon_language", "value": language, "url": hospital.base}])
    stranger.goto(f"{hospital.base}/staff/login")
    visited.add("/staff/login")
    look(stranger, f"login {language}", complaints, pictures)
    stranger.fill("input[name=login]", "nobody")
    stranger.fill("input[name=password]", "wrong password")
    stranger.keyboard.press("Enter")
    stranger.wait_for_selector(".complaint")
    look(stranger, f"login refused {language}", complaints, pictures)
    assert not complaints, "\n".join(complaints)


def code_of(secret, at):
    """As an authenticator app makes it (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(at) // 30), "sha1")
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_signing_in_with_two_factors_and_unlocking_have_no_violation(hospital, day, window, visited, pictures, language):
    complaints = []
    administrator = window(signed_in=hospital.staff("quan.tri"), language=language)
    administrator.goto(f"{hospital.base}/staff/people")
    administrator.locator("select[name=role]").select_option("volunteer")
    administrator.locator("form[action='/staff/people/invite'] button").click()
    link = administrator.locator(".note .hash").inner_text()
    look(administrator, f"invited {language}", complaints, pictures)
    page = window(language=language)
    page.context.add_cookies([{"name": "tiepdon_language", "value": language, "url": hospital.base}])
    page.goto(f"{hospital.base}/{link.split('/', 3)[3] if '://' in link else link.lstrip('/')}")
    look(page, f"set up {language}", complaints, pictures)
    login = f"moi.{language}"
    for name, text in {"login": login, "name": "Lê Thị Mới", "password": PASSWORD, "again": PASSWORD}.items():
        page.fill(f"input[name={name}]", text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/login")

    def sign_in():
        page.goto(f"{hospital.base}/staff/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: not url.endswith("/staff/login"))

    sign_in()
    page.goto(f"{hospital.base}/staff/second-factor/enrol")
    look(page, f"second factor {language}", complaints, pictures)
    secret = page.locator("main code").inner_text().replace(" ", "")
    page.fill("input[name=code]", "000000" if code_of(secret, time.time()) != "000000" else "111111")
    page.keyboard.press("Enter")
    page.wait_for_selector(".complaint")
    look(page, f"second factor refused {language}", complaints, pictures)
    now = time.time()
    page.fill("input[name=code]", code_of(secret, now))
    page.keyboard.press("Enter")
    page.wait_for_selector(".codes li")
    look(page, f"recovery codes {language}", complaints, pictures)
    recovery = page.locator(".codes li").first.inner_text()
    page.goto(f"{hospital.base}/staff")
    page.locator("#lock button").click()
    page.wait_for_url("**/staff/locked")
    look(page, f"locked {language}", complaints, pictures)
    sign_in()
    assert page.url.endswith("/staff/second-factor")
    look(page, f"code {language}", complaints, pictures)
    page.fill("input[name=code]", recovery)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff")
    visited |= {"/staff/setup/{token}", "/staff/second-factor", "/staff/second-factor/enrol", "/staff/locked"}
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("language", LANGUAGES)
def test_departments_with_complaints_and_another_list_have_no_violation(hospital, day, window, pictures, language):
    complaints = []
    page = window(signed_in=hospital.staff("quan.tri"), language=language)
    page.goto(f"{hospital.base}/staff/departments/K02")
    page.fill("input[name=rooms]", "1/2")
    page.locator(".save button").click()
    page.wait_for_selector(".field.wrong")
    look(page, f"department refused {language}", complaints, pictures)
    lines = hospital.staff("quan.tri").get("/staff/departments/list.csv").text.splitlines()
    for what, changed in (("planned", lines[:-1]), ("refused", [*lines, lines[-1]])):
        page.goto(f"{hospital.base}/staff/departments")
        page.fill("#list", "\n".join(changed))
        page.locator(".sheet button").click()
        page.wait_for_selector(".confirm" if what == "planned" else ".complaint:not([hidden])")
        look(page, f"list {what} {language}", complaints, pictures)
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_held_about_one_person_has_no_violation(hospital, day, window, pictures, language):
    complaints = []
    page = window(signed_in=day["head"], language=language)
    page.goto(f"{hospital.base}/staff/person")

    def ask(number):
        page.fill("input[name=number]:not([type=hidden])", number)
        page.locator("form[action='/staff/person/show'] button").click()

    ask("12")
    page.wait_for_selector(".complaint")
    look(page, f"person refused {language}", complaints, pictures)
    ask("031192000025")
    page.wait_for_selector("form[action='/staff/person/erase']")
    page.locator("summary").click()
    look(page, f"person {language}", complaints, pictures)
    assert "Trần Thị Thử Nghiệm" in page.locator("pre.dossier").inner_text()
    page.locator("form[action='/staff/person/erase'] input[type=checkbox]").check()
    page.locator("form[action='/staff/person/erase'] button").click()
    page.wait_for_selector("[role=status] .hash")
    look(page, f"person erased {language}", complaints, pictures)
    assert not complaints, "\n".join(complaints)


def test_boards_have_no_violation(hospital, day, window, visited, pictures):
    complaints = []
    page = window()
    for board in ("K01", "TIEPDON", "TANG1", "K02"):
        for look_of in ("light", "dark"):
            page.goto(f"{hospital.public}/board/{board}?look={look_of}")
            page.wait_for_selector("#live .now")
            look(page, f"board {board} {look_of}", complaints, pictures)
            for width, height in ((1920, 1080), (1280, 1024), (1080, 1920)):
                page.set_viewport_size({"width": width, "height": height})
                covered = page.evaluate(COVERED)
                if covered:
                    complaints.append(f"board {board} {width}x{height}: words lie on each other: {covered}")
    visited.add("/board/{board}")
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_phones_in_every_stage_have_no_violation(hospital, day, window, visited, pictures, language, colours):
    complaints = []
    page = window(390, 844, color_scheme=colours)
    follow = [ticket["follow"] for ticket in day["seen"]["rooms"][:7] + day["seen"]["reception"][:1]]
    stages = set()
    for url in [*follow, f"{hospital.public}/t/{'0' * 32}"]:
        page.goto(f"{url}?lang={language}")
        stage = page.evaluate("document.querySelector('[data-stage]')?.dataset.stage ?? 'unknown'")
        if stage not in stages:
            stages.add(stage)
            look(page, f"phone {stage} {language} {colours}", complaints, pictures)
    visited.add("/t/{token}")
    assert {"called", "waiting"} <= stages and len(stages) >= 5, stages
    assert not complaints, "\n".join(complaints)


def test_verified_papers_have_no_violation(hospital, day, window, visited, pictures):
    complaints = []
    page = window()
    for state in ("accepted", "driver"):
        pdf = day["head"].get(f"/staff/certificates/{day['papers'][state]}/pdf").content
        text = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout
        token = re.search(rb"/v/([0-9a-f\n]{32,40})", text).group(1).replace(b"\n", b"")[:32].decode()
        assert page.goto(f"{hospital.public}/v/{token}").ok
        look(page, f"paper {state}", complaints, pictures)
    assert page.goto(f"{hospital.public}/v/{'0' * 32}").status == 404
    look(page, "paper unknown", complaints, pictures)
    assert page.goto(f"{hospital.public}/open-data").ok
    look(page, "open data", complaints, pictures)
    visited.add("/open-data")
    visited.add("/v/{token}")
    assert not complaints, "\n".join(complaints)


def test_no_page_of_the_server_was_left_out(visited):
    if not visited:
        pytest.skip("the pages were not looked at in this run")
    routes, constants = set(), {}
    texts = {source: source.read_text(encoding="utf-8") for source in SOURCES.rglob("*.rs")}
    for source, text in texts.items():
        module = source.parent.name if source.stem == "mod" else source.stem
        for name, path in re.findall(r'const (\w+): &str = "(/[^"]*)";', text):
            constants[f"{module}::{name}"] = constants[(source, name)] = path
    for source, text in texts.items():
        for path, handler in re.findall(r"\.route\(\s*([^,]+?),\s*(\w+)", text):
            path = path.strip('"') if path.startswith('"') else constants.get(path) or constants.get((source, path))
            if path and handler == "get" and not NO_PAGE.search(path):
                routes.add(path)
    assert "/staff/trust" in routes and "/v/{token}" in routes
    shape = lambda path: "^" + re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path)) + "$"
    missed = {route for route in routes if route != "/" and not any(re.match(shape(route), page) for page in visited)}
    assert not missed, f"no browser looked at {sorted(missed)}: link them, or look at them in this file"
