"""What nobody means to send: every endpoint of the OpenAPI document by schemathesis, then the public pages and the
forms of staff with made-up values. No answer may be a 5xx, say other than the document, or take long.

TIEPDON_FUZZ_SECONDS is the time for all of it (60); TIEPDON_FUZZ_SEED another beginning (1).
"""

import html.parser
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import time
import urllib.parse

import pytest
import requests

from hospital import HOSPITAL_SYSTEM_KEY, KIOSK, OPERATIONS_KEY

SECONDS = int(os.environ.get("TIEPDON_FUZZ_SECONDS", "60"))
SEED = os.environ.get("TIEPDON_FUZZ_SEED", "1")
# On a machine that compiles besides; a hang is longer.
ANSWER_S = 20


@pytest.fixture(scope="module")
def known(hospital):
    """What identifiers can lead to."""
    person = hospital.check_in_by_number("TIEPDON", "031085000017", "Nguyễn Văn Mẫu", "15/01/1985")
    paper = hospital.draft("birth", "known")
    return {"visit": person["visit"], "follow": person["follow"], "paper": paper}


def failures(hospital):
    """What the server's own log says about it."""
    return [line for line in hospital.said().splitlines() if "ERROR" in line or "panicked" in line]


@pytest.mark.parametrize("ids", ["invented", "known"])
def test_every_endpoint_answers_as_its_document_says(hospital, known, tmp_path, ids):
    pinned = {"header.tiepdon-kiosk": KIOSK}
    if ids == "known":
        pinned |= {"path.visit": known["visit"], "path.paper": known["paper"], "path.certificate": known["paper"]}
    lines = ["[auth.openapi.kiosk_key]", f'bearer = "{hospital.kiosk_key}"']
    lines += ["[auth.openapi.hospital_system_key]", f'bearer = "{HOSPITAL_SYSTEM_KEY}"']
    lines += ["[auth.openapi.operations_key]", f'bearer = "{OPERATIONS_KEY}"', "[parameters]"]
    lines += [f'"{name}" = "{value}"' for name, value in pinned.items()]
    config = tmp_path / "schemathesis.toml"
    config.write_text("\n".join(lines), encoding="utf-8")
    # A schema does not say everything that the domain asks for: what fits it may be refused, with a reason.
    command = [str(pathlib.Path(sys.executable).with_name("st")), "--config-file", str(config), "run"]
    command += [f"{hospital.base}/api/v1/openapi.json", "--seed", SEED, "--max-time", str(max(SECONDS * 2 // 5, 5))]
    command += ["--exclude-checks", "positive_data_acceptance", "--continue-on-failure"]
    command += ["--max-response-time", str(ANSWER_S), "--request-timeout", str(2 * ANSWER_S), "--warnings", "off"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS + 300)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    tested = re.search(r"Tested: (\d+)", done.stdout)
    generated = re.search(r"(\d+) generated", done.stdout)
    paths = requests.get(f"{hospital.base}/api/v1/openapi.json", timeout=ANSWER_S).json()["paths"]
    # The document itself was read already.
    endpoints = sum(len(path) for name, path in paths.items() if not name.endswith("/openapi.json"))
    assert tested and int(tested.group(1)) == endpoints, done.stdout
    print(f"{generated.group(1) if generated else '?'} requests to {tested.group(1)} endpoints, ids {ids}")
    assert failures(hospital) == []


TEXTS = [
    "", "0", "-1", "1", "99999999999999999999", "null", "true", "NaN", "%00", "\x00", "\x7f", "a" * 5000, "'", '"', "<b>",
    "../../etc/passwd", "..%2f..", "K01", "k01", "TANG1", "B001", "101", "open", "under_six", "vi", "en", "💉", "ệ", "\u202e",
    "{}", "[]", "a=b&c=d", ";", "1' OR '1'='1", "31/02/2026", "2026-13-45", "00000000-0000-0000-0000-000000000000", "f" * 32,
]  # fmt: skip


class Invention:
    """Values that nobody planned for, the same ones for the same seed."""

    def __init__(self, known):
        self.random = random.Random(int(SEED))
        self.known = [*known, *TEXTS]

    def text(self):
        if self.random.random() < 0.7:
            return self.random.choice(self.known)
        length = self.random.choice([1, 5, 32, 64, 400])
        return "".join(chr(self.random.choice([self.random.randrange(1, 128), self.random.randrange(160, 0xD000)])) for _ in range(length))

    def segment(self):
        return urllib.parse.quote(self.text().encode(), safe=self.random.choice(["", "%", "/"]))[:6000]

    def query(self):
        names = ["after", "lang", "look", "said", "kind", "state", "note", "of", "done", "left", "from", "to", "v"]
        pairs = [(self.random.choice(names), self.text()[:1000]) for _ in range(self.random.randrange(3))]
        return "?" + urllib.parse.urlencode(pairs) if pairs else ""

    def headers(self):
        names = ["Accept-Language", "Last-Event-ID", "Range", "If-None-Match", "Accept", "X-Forwarded-For", "Cookie"]
        printable = lambda text: "".join(one for one in text if 32 < ord(one) < 127)[:1000]
        return {self.random.choice(names): printable(self.text()) for _ in range(self.random.randrange(3))}


def ask(method, url, **more):
    """The status; of an answer that never ends only its beginning is read."""
    with requests.request(method, url, timeout=ANSWER_S, stream=True, allow_redirects=False, **more) as reply:
        if "event-stream" not in reply.headers.get("content-type", ""):
            reply.content
        return reply.status_code


def test_public_pages_survive_any_address(hospital, known):
    token = known["follow"].rsplit("/", 1)[1]
    invention = Invention([token, known["paper"]])
    shapes = ["/t/{}", "/t/{}/events", "/v/{}", "/board/{}", "/board/{}/events", "/board/audio/{}", "/board/{}/{}", "/open-data/{}", "/{}", "/.well-known/{}"]
    end, asked = time.monotonic() + max(SECONDS / 10, 2), 0
    while time.monotonic() < end:
        shape = invention.random.choice(shapes)
        path = re.sub(r"\{\}", lambda _: invention.segment(), shape) + invention.query()
        method = invention.random.choices(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"], [20, 2, 1, 1, 1, 1])[0]
        status = ask(method, hospital.public + path, headers=invention.headers())
        assert status < 500, f"{status}: {method} {path!r}"
        asked += 1
    print(f"{asked} requests")
    assert asked > 50 and failures(hospital) == []


class Forms(html.parser.HTMLParser):
    """The forms of a page: where each goes, and with which names."""

    def __init__(self, text):
        super().__init__()
        self.forms = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append((attrs.get("action"), []))
        elif tag in ("input", "select", "textarea", "button") and self.forms and attrs.get("name"):
            self.forms[-1][1].append((attrs["name"], attrs.get("value") or ""))


def test_forms_of_staff_survive_any_values(hospital, known):
    desk = hospital.staff("truong.quay")
    for room in ("K01/101", "TIEPDON/1"):
        for _ in range(3):
            hospital.check_in(room.split("/")[0])
        desk.press(room, "open")
        desk.press(room, "next")
    head = hospital.staff("giam.doc")
    pages = [(desk, path) for path in ("/staff", "/staff/counter/K01/101", "/staff/counter/TIEPDON/1", "/staff/counter/K01/102")]
    pages += [(head, path) for path in ("/staff/certificates", f"/staff/certificates/{known['paper']}", "/staff/certificates/unknown")]
    invention = Invention([known["paper"], known["visit"], "birth", "death", "driver", "nobody_to_ask", "on", "off"])
    end, sent = time.monotonic() + max(SECONDS / 10, 2), 0
    while time.monotonic() < end:
        who, path = invention.random.choice(pages)
        shown = who.http.get(f"{hospital.base}{path}{invention.query()}", timeout=ANSWER_S)
        assert shown.status_code < 500, f"{shown.status_code}: {shown.url!r}"
        forms = [form for form in Forms(shown.text).forms if form[0] not in ("/staff/logout", "/staff/lock")]
        if not forms:
            continue
        action, fields = invention.random.choice(forms)
        if invention.random.random() < 0.1:
            action = action.rsplit("/", 1)[0] + "/" + invention.segment()
        pairs = []
        for name, value in fields:
            pairs.append((name, value if name == "csrf" or invention.random.random() < 0.5 else invention.text()))
        pairs += [(invention.text()[:50], invention.text())] if invention.random.random() < 0.2 else []
        reply = who.http.post(f"{hospital.base}{action}", data=pairs, timeout=ANSWER_S, allow_redirects=False)
        assert reply.status_code < 500, f"{reply.status_code}: {action!r} {json.dumps(pairs)[:2000]}"
        sent += 1
    print(f"{sent} forms")
    assert sent > 20 and failures(hospital) == []
