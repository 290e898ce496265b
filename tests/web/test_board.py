"""Board and phone as patients see them, while calls are made and the server dies."""

import time

ROOM = "K01/101"
SHOWS = "number => document.querySelector('.page:not([hidden]) .rows')?.innerText.includes(number) ?? false"
# When a number was first on the screen, by the screen's own clock.
WATCH = """number => {
    window.seen = new Promise(done => {
        const look = () => document.querySelector('.rows')?.innerText.includes(number)
            ? done(performance.timeOrigin + performance.now()) : requestAnimationFrame(look);
        look();
    });
}"""


def test_a_board_shows_calls_and_survives_a_server_that_dies(hospital, window):
    tickets = [hospital.check_in("K01") for _ in range(6)]
    desk = hospital.staff("truong.quay")
    desk.press(ROOM, "open")
    board = window(1920, 1080)
    board.goto(f"{hospital.public}/board/K01")
    board.wait_for_selector(".rows li")
    took = []
    for ticket in tickets[:4]:
        board.evaluate(WATCH, ticket["number"])
        called = time.time()
        desk.press(ROOM, "next")
        took.append(board.evaluate("window.seen") - called * 1000)
    print("from the key to the board, ms:", " ".join(f"{one:.0f}" for one in took))
    board.evaluate("window.sameScreen = true")
    board.wait_for_function("() => document.querySelectorAll('aside li').length === 4")

    hospital.kill()
    board.wait_for_function("() => !document.getElementById('lost').hidden && document.body.classList.contains('lost')")
    hospital.start()
    # A session outlives the server; a call is made while the board may still be away.
    desk.press(ROOM, "next")
    board.wait_for_function(SHOWS, arg=tickets[4]["number"])
    board.wait_for_function("() => document.getElementById('lost').hidden && !document.body.classList.contains('lost')")
    assert board.evaluate("window.sameScreen") is True, "nobody had to load the page again"
    assert board.evaluate("document.querySelectorAll('aside li').length") == 5, "calls from before the crash are known"


def test_a_phone_follows_its_ticket_to_the_end(hospital, window):
    ticket = hospital.check_in("K02")
    desk = hospital.staff("truong.quay")
    phone = window(390, 844, language="en", has_touch=True)
    phone.goto(f"{ticket['follow']}?lang=en")
    assert phone.evaluate("document.documentElement.lang") == "en"
    stage = lambda wanted: phone.wait_for_selector(f"[data-stage={wanted}]")
    stage("soon")
    desk.press("K02/204", "open")
    desk.press("K02/204", "next")
    stage("called")
    assert "204" in phone.inner_text("main")
    assert not phone.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    desk.press("K02/204", "finish")
    stage("done")
    # The address is the only secret: nothing personal stands on the page.
    assert "Nguyễn" not in phone.content()
