"""A nurse's day at the counter, by keyboard alone."""

import time

import pytest

from hospital import PASSWORD

# From the kiosk's call to a ringing counter.
RINGS_WITHIN_S = 2
# Counts what the page plays; a browser without loudspeaker plays it all the same.
EAR = """
window.tones = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
    window.tones.push(this.frequency.value);
    return start.apply(this, when);
};
"""

# Somebody waits in the list.
STANDS = """number => [...document.querySelectorAll('.lists .list:first-child li b')].some(one => one.innerText === number)"""


def at_the_keyboard(window, hospital, login, counter, language="vi", **more):
    page = window(language=language, **more)
    page.add_init_script(EAR)
    sign_in(page, hospital, login)
    page.goto(f"{hospital.base}/staff/counter/{counter}")
    return page


def sign_in(page, hospital, login):
    page.goto(f"{hospital.base}/staff/login")
    # The first field takes the focus by itself.
    page.wait_for_function("() => document.activeElement.name === 'login'")
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/staff/login" not in url)


def number(page):
    return page.locator(".current .number").inner_text()


def press(page, key, shows):
    """One key; then what the counter shows."""
    page.keyboard.press(key)
    page.wait_for_function("shown => document.querySelector('.current .number').innerText === shown", arg=shows)


def state(page, word):
    page.wait_for_function("word => document.querySelector('.current .tags')?.innerText.includes(word)", arg=word)


def waiting(page):
    return page.locator(".lists .list").first.locator("li b").all_inner_texts()


def test_a_nurse_s_day_needs_no_mouse(hospital, window):
    tickets = [hospital.check_in("K01") for _ in range(8)]
    assert tickets[0]["number"] == "B001"
    page = at_the_keyboard(window, hospital, "le.tan", "K01/101")
    page.wait_for_selector("[data-key=o]")
    page.keyboard.press("o")
    page.wait_for_selector(".place .tag.ok")
    press(page, "n", "B001")
    page.keyboard.press("r")
    state(page, "2/3")
    page.keyboard.press("r")
    state(page, "3/3")
    # Called three times in vain: a no-show, and the room is free.
    press(page, "s", "—")
    press(page, "n", "B002")
    # Not here at the first call: behind the next ones.
    press(page, "s", "—")
    press(page, "n", "B003")
    # Pauses. Who comes back is next: first the one who has been away longest.
    press(page, "p", "—")
    press(page, "n", "B004")
    for back in ("B001", "B003"):
        page.keyboard.press("b")
        page.wait_for_function(STANDS, arg=back)
    assert waiting(page)[:2] == ["B001", "B003"]
    # To the laboratory and back: the first choice of a doctor who transfers.
    page.keyboard.press("t")
    page.wait_for_selector("details[open] [data-key='1']")
    labels = page.locator("details[open] button").all_inner_texts()
    laboratory = next(index for index, label in enumerate(labels, 1) if "Xét nghiệm" in label and "quay lại" in label)
    press(page, str(laboratory), "—")
    press(page, "n", "B001")
    page.keyboard.press("i")
    state(page, "Đang làm việc")
    # Finish, then next; and next alone finishes too.
    press(page, "f", "—")
    press(page, "n", waiting(page)[0])
    following = waiting(page)[0]
    press(page, "n", following)
    # A menu shut by Escape leaves the keyboard where it was.
    page.keyboard.press("t")
    page.wait_for_selector("details[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("details[open]", state="detached")
    assert page.evaluate("document.activeElement.dataset.key") == "t"
    # Somebody without a number, pregnant: given one, favoured.
    page.keyboard.press("w")
    page.wait_for_selector("details[open]")
    page.keyboard.press("3")
    page.wait_for_function("() => [...document.querySelectorAll('.lists .list li')].some(one => one.innerText.includes('Có thai'))")
    # The laboratory sends B004 back; it stands with the doctor again.
    lab = at_the_keyboard(window, hospital, "truong.quay", "XN/110")
    lab.keyboard.press("o")
    lab.wait_for_selector(".place .tag.ok")
    press(lab, "n", "B004")
    press(lab, "f", "—")
    page.wait_for_function(STANDS, arg="B004")


def test_who_was_sent_to_a_person_is_settled_with_three_keys(hospital, window):
    hospital.check_in_by_number("TIEPDON", "031085000017", "Nguyễn Văn Mẫu", "15/01/1985")
    page = at_the_keyboard(window, hospital, "le.tan", "TIEPDON/1")
    page.keyboard.press("o")
    page.wait_for_selector(".place .tag.ok")
    page.wait_for_selector(".lists .list li")
    keys = 0
    for key, part, shows in (("n", ".why", "Chỉ có số"), ("v", ".who .tags", "Đã đối chiếu"), ("f", ".number", "—")):
        page.keyboard.press(key)
        keys += 1
        shown = "([part, shows]) => document.querySelector(`.current ${part}`)?.innerText.includes(shows)"
        page.wait_for_function(shown, arg=[part, shows])
    assert keys <= 3
    page.goto(f"{hospital.base}/staff")
    assert "Nguyễn Văn Mẫu" not in page.content(), "still on the list of those whom a person must look at"


@pytest.mark.parametrize(("kind", "hertz", "words"), [("emergency", 1040, "CẤP CỨU"), ("help", 620, "Cần giúp đỡ")])
def test_a_call_for_a_person_rings_at_the_counter_until_somebody_goes(hospital, window, kind, hertz, words):
    page = at_the_keyboard(window, hospital, "le.tan", "TIEPDON/2")
    # Browsers let a page ring after a touch; whoever works here has pressed keys.
    page.keyboard.press("Shift")
    page.evaluate("""words => {
        window.heard = new Promise(done => {
            const since = window.tones.length;
            const look = () => document.querySelector('#calls .call')?.innerText.includes(words) && window.tones.length > since
                ? done([performance.timeOrigin + performance.now(), window.tones.at(-1)]) : requestAnimationFrame(look);
            look();
        });
    }""", words)
    called = time.time()
    hospital.call_for_a_person(kind)
    at, tone = page.evaluate("window.heard")
    took = at / 1000 - called
    print(f"{kind}: {took * 1000:.0f} ms from the call to a ringing counter")
    assert tone == hertz and took < RINGS_WITHIN_S
    page.locator("#calls button").first.press("Enter")
    page.wait_for_selector("#calls .call", state="detached")


def test_two_counters_never_call_the_same_patient(hospital, window):
    for _ in range(6):
        hospital.check_in("K01")
    rooms = [at_the_keyboard(window, hospital, login, f"K01/{room}") for login, room in (("le.tan", "101"), ("truong.quay", "102"))]
    for page in rooms:
        if page.locator("[data-key=o]").count() and not page.locator(".place .tag.ok").count():
            page.keyboard.press("o")
            page.wait_for_selector(".place .tag.ok")
    called = []
    for _ in range(3):
        before = [number(page) for page in rooms]
        for page in rooms:
            page.keyboard.press("n")
        for page, old in zip(rooms, before):
            page.wait_for_function("old => document.querySelector('.current .number').innerText !== old", arg=old)
            called.append(number(page))
    assert len(set(called)) == len(called), called


def test_the_counter_is_worked_on_a_narrow_phone(hospital, window):
    for _ in range(2):
        hospital.check_in("K02")
    page = at_the_keyboard(window, hospital, "le.tan", "K02/204", language="en", width=390, height=844, has_touch=True)
    page.get_by_role("button", name="Tiếng Việt").wait_for() if page.locator("html[lang=en]").count() else None
    page.locator("[data-key=o]").tap()
    page.wait_for_selector(".place .tag.ok")
    page.locator("[data-key=n]").tap()
    page.wait_for_function("() => document.querySelector('.current .number').innerText === 'C001'")
    page.locator("summary[data-key=t]").tap()
    page.wait_for_selector("details[open] .choices")
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    small = page.evaluate("""() => [...document.querySelectorAll('main button, main summary')]
        .filter(one => one.offsetParent !== null).map(one => one.getBoundingClientRect())
        .filter(box => box.height < 44 || box.width < 44).length""")
    assert small == 0, "a finger needs 44 pixels"


def test_a_ground_named_at_the_kiosk_counts_after_one_key(hospital, window):
    mine = [hospital.check_in("XN", declared=said)["number"] for said in ((), ("pregnant",), ("war_merit",))]
    first, pregnant, mistaken = mine
    page = at_the_keyboard(window, hospital, "le.tan", "XN/110")
    page.wait_for_selector(".declared")

    def line():
        numbers = page.locator(".lists .list:not(.declared)").first.locator("li b").all_inner_texts()
        return [number for number in numbers if number in mine]

    assert page.locator(".declared li b").all_inner_texts() == [pregnant, mistaken]
    assert line() == [first, pregnant, mistaken]
    page.keyboard.press("y")
    page.wait_for_function("() => document.querySelectorAll('.declared li').length === 1")
    page.keyboard.press("k")
    page.wait_for_function("() => !document.querySelector('.declared')")
    assert line() == [pregnant, first, mistaken]
