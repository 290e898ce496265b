"""A whole hospital for the browser: the real server on SQLite, the mock gateway, staff of every role, patients, papers.

Everything lives in one temporary folder and on loopback. Nobody here exists.
"""

import datetime
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import uuid

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
KIOSK = "sanh-a-1"
HOSPITAL_SYSTEM_KEY = "2" * 64
OPERATIONS_KEY = "3" * 64
PASSWORD = "mot-mat-khau-thu-nghiem"
P12_PASSWORD = "mat-khau-khoa"
STAFF = {
    "tinh.nguyen": "volunteer",
    "le.tan": "receptionist",
    "truong.quay": "supervisor",
    "bac.si": "practitioner",
    "ho.so": "records-office",
    "giam.doc": "head",
    "kiem.tra": "auditor",
    "quan.tri": "administrator",
}
# A machine that compiles besides is slow; a page that needs this long is broken.
PATIENCE_S = 60
HO_CHI_MINH = datetime.timezone(datetime.timedelta(hours=7))


def until(what, condition):
    """Waits for what `condition` returns once it is true."""
    end = time.monotonic() + PATIENCE_S
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"never so: {what}"
        time.sleep(0.02)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def binary(name):
    folder = pathlib.Path(os.environ.get("TIEPDON_BINARIES", ROOT / "target" / "debug"))
    return str(folder / name)


class Hospital:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.config = self.folder / "server.toml"
        self.port, self.public_port, self.gateway_port = free_port(), free_port(), free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.public = f"http://127.0.0.1:{self.public_port}"
        self.server = self.gateway = None
        self.log = (self.folder / "server.log").open("ab")
        self._write_files()
        self.start_gateway()
        for login, role in STAFF.items():
            self.command("staff", "add", login, "--name", f"Nhân viên {login}", "--role", role, typed=PASSWORD)
        self.kiosk_key = re.search(r"\b[0-9a-f]{64}\b", self.command("kiosk", "enrol", KIOSK)).group()
        self.start()

    # Processes

    def start(self):
        command = [binary("tiepdon-server"), "--config", str(self.config), "serve"]
        self.server = subprocess.Popen(command, stdout=self.log, stderr=self.log, cwd=self.folder)
        self._until_it_answers(self.server, f"{self.base}/api/v1/health", "the server")
        self._until_it_answers(self.server, f"{self.public}/board/board.css", "the public listener")

    def start_gateway(self):
        command = [binary("tiepdon-gateway"), "--config", str(self.folder / "gateway.toml")]
        self.gateway = subprocess.Popen(command, stdout=self.log, stderr=self.log, cwd=self.folder)
        self._until_it_answers(self.gateway, f"http://127.0.0.1:{self.gateway_port}/", "the mock gateway")

    def kill(self):
        """As a power cut ends it."""
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()

    def close(self):
        for process in (self.server, self.gateway):
            if process is not None and process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=PATIENCE_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self.log.close()

    def said(self):
        """The server's log."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def command(self, *arguments, typed=None):
        command = [binary("tiepdon-server"), "--config", str(self.config), *arguments]
        done = subprocess.run(command, input=typed, capture_output=True, text=True, cwd=self.folder, timeout=PATIENCE_S)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _until_it_answers(self, process, url, name):
        def answers():
            assert process.poll() is None, f"{name} ended: {self.said()[-2000:]}"
            try:
                return requests.get(url, timeout=PATIENCE_S) is not None
            except requests.ConnectionError:
                return False

        until(f"{name} answers", answers)

    # Patients, as kiosks bring them

    def kiosk(self, method, path, body=None):
        headers = {"tiepdon-kiosk": KIOSK, "authorization": f"Bearer {self.kiosk_key}"}
        reply = requests.request(method, f"{self.base}/api/v1{path}", json=body, headers=headers, timeout=PATIENCE_S)
        assert reply.ok, reply.text
        return reply.json() if reply.content else None

    def check_in(self, department, reason="no_card", visit=None, declared=()):
        """The ticket of a patient whom a person looks at, and who named these grounds of priority."""
        visit = visit or str(uuid.uuid4())
        body = {"department": department, "payer": "undecided", "counter": reason, "declared": list(declared)}
        reply = self.kiosk("PUT", f"/visits/{visit}/check-in", body)
        ticket = reply["ticket"]
        return {"visit": visit, "number": ticket["number"], "follow": f"{self.public}{_path(ticket['follow_url'])}"}

    def check_in_by_number(self, department, number, name, birth):
        """Somebody who typed a number: the name is shown to staff, and proven by nobody."""
        visit = str(uuid.uuid4())
        claim = {"kind": "typed", "number": number, "name": name, "birth": birth}
        body = {"document": claim, "face": {"kind": "not_asked"}}
        self.kiosk("PUT", f"/visits/{visit}/identification", body)
        return self.check_in(department, "number_only", visit)

    def call_for_a_person(self, kind):
        self.kiosk("POST", "/alerts", {"id": str(uuid.uuid4()), "kind": kind, "visit": None})

    # Staff, by their forms

    def staff(self, login):
        return Desk(self, login)

    # Papers, as the hospital's own system brings them

    def draft(self, kind, reference, **fields):
        given = dict(papers(kind), **fields)
        body = {"draft": {"kind": kind, "fields": given}, "confirmer": None, "reference": reference}
        headers = {"authorization": f"Bearer {HOSPITAL_SYSTEM_KEY}"}
        url = f"{self.base}/hospital-system/v1/certificates"
        reply = requests.post(url, json=body, headers=headers, timeout=PATIENCE_S)
        assert reply.ok, reply.text
        return reply.json()["certificate"]

    def state_of(self, certificate):
        headers = {"authorization": f"Bearer {HOSPITAL_SYSTEM_KEY}"}
        url = f"{self.base}/hospital-system/v1/certificates/{certificate}"
        return requests.get(url, headers=headers, timeout=PATIENCE_S).json()["state"]

    def until_state(self, certificate, *states):
        return until(f"{certificate} is {states}", lambda: self.state_of(certificate) in states)

    # Files

    def _write_files(self):
        secrets = {
            "master.key": "1" * 64,
            "gateway.password": "mock-password",
            "eid.key": "mock-eid-key",
            "hospital-system.key": HOSPITAL_SYSTEM_KEY,
            "operations.key": OPERATIONS_KEY,
            "p12.password": P12_PASSWORD,
        }
        for name, content in secrets.items():
            (self.folder / name).write_text(content)
        for name in ("facility", "doctor"):
            self._signing_key(name)
        (self.folder / "gateway.toml").write_text(GATEWAY.format(port=self.gateway_port), encoding="utf-8")
        (self.folder / "faults.toml").write_text(FAULTS, encoding="utf-8")
        people = (ROOT / "server/mock-gateway/people.example.toml").read_text(encoding="utf-8")
        driver = '[[account]]\nusername = "31999_HSSK"\npassword = "mock-password"\nfacility = "31999"\n\n'
        (self.folder / "people.toml").write_text(driver + people, encoding="utf-8")
        fonts = pathlib.Path(os.environ.get("TIEPDON_PROVISION", ROOT / ".provision")) / "fonts"
        config = CONFIG.format(
            port=self.port,
            public_port=self.public_port,
            public=self.public,
            gateway_port=self.gateway_port,
            fonts=fonts,
            voice=ROOT / "assets/voice",
        )
        self.config.write_text(config, encoding="utf-8")

    def _signing_key(self, name):
        key, certificate, both = (self.folder / f"{name}.{end}" for end in ("key", "crt", "p12"))
        request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "365", "-utf8"]
        subject = ["-subj", f"/C=VN/CN=Khoa thu nghiem {name}", "-keyout", str(key), "-out", str(certificate)]
        subprocess.run(request + subject, check=True, capture_output=True)
        export = ["openssl", "pkcs12", "-export", "-inkey", str(key), "-in", str(certificate), "-out", str(both)]
        subprocess.run([*export, "-passout", f"pass:{P12_PASSWORD}"], check=True, capture_output=True)


class Desk:
    """One member of staff, by forms alone."""

    def __init__(self, hospital, login):
        self.hospital = hospital
        self.http = requests.Session()
        form = {"login": login, "password": PASSWORD}
        reply = self.http.post(f"{hospital.base}/staff/login", data=form, timeout=PATIENCE_S)
        assert reply.ok and "tiepdon_staff" in self.http.cookies, reply.status_code
        self.cookie = self.http.cookies["tiepdon_staff"]
        self.csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', reply.text).group(1)

    def get(self, path):
        reply = self.http.get(f"{self.hospital.base}{path}", timeout=PATIENCE_S)
        assert reply.ok, f"{path}: {reply.status_code}"
        return reply

    def post(self, path, **fields):
        form = dict(fields, csrf=self.csrf)
        reply = self.http.post(f"{self.hospital.base}{path}", data=form, timeout=PATIENCE_S)
        assert reply.ok, f"{path}: {reply.status_code} {reply.text[:500]}"
        return reply

    def press(self, counter, way, **fields):
        """A key of a counter's page, with what the page shows now."""
        path = f"/staff/counter/{counter}"
        shown = re.search(r'name="current" value="([0-9a-f-]*)"', self.get(path).text).group(1)
        reply = self.post(f"{path}/{way}", current=shown, **fields)
        assert "said=" not in reply.url, reply.url
        return reply


def _path(url):
    return "/" + url.split("/", 3)[3]


def papers(kind):
    """What a ward fills in; no finding stands against it."""
    today = datetime.datetime.now(HO_CHI_MINH)
    day = lambda back, form="%d/%m/%Y": (today - datetime.timedelta(days=back)).strftime(form)
    fields = json.loads((pathlib.Path(__file__).parent / "papers.json").read_text(encoding="utf-8"))[kind]
    return {name: re.sub(r"\{(\d+)\}", lambda back: day(int(back.group(1))), text) for name, text in fields.items()}


CONFIG = """
listen = "127.0.0.1:{port}"
master_key = {{ file = "master.key" }}
[database]
url = "sqlite://tiepdon.db?mode=rwc"
[hospital]
facility_code = "31999"
name_vi = "Bệnh viện Đa khoa Mẫu"
name_en = "Sample General Hospital"
[[departments]]
code = "TIEPDON"
prefix = "A"
name_vi = "Quầy tiếp đón"
name_en = "Reception"
rooms = "1, 2"
floor = "1"
reception = true
minutes_per_patient = [2, 4]
[[departments]]
code = "K01"
prefix = "B"
name_vi = "Khám bệnh"
name_en = "General examination"
rooms = "101, 102"
floor = "1"
minutes_per_patient = [4, 8]
[[departments]]
code = "K02"
prefix = "C"
name_vi = "Tim mạch"
name_en = "Cardiology"
rooms = "204"
floor = "2"
minutes_per_patient = [4, 8]
[[departments]]
code = "XN"
prefix = "D"
name_vi = "Xét nghiệm"
name_en = "Laboratory"
rooms = "110"
floor = "1"
[insurance]
base_url = "http://127.0.0.1:{gateway_port}"
username = "31999_BV"
password = {{ file = "gateway.password" }}
duty_officer_name = "Phạm Thị Trực Ban"
duty_officer_number = {{ env = "TIEPDON_DUTY_OFFICER" }}
[sign_in]
second_factor = []
[limits]
kiosk_requests_per_minute = 1000000
logins_per_minute = 10000
verifications_per_minute = 1000000
watch_requests_per_minute = 1000000
[dispatch]
sending = "on"
base_url = "http://127.0.0.1:{gateway_port}"
username = "31999_BV"
password = {{ file = "gateway.password" }}
answer_ms = 3000
[dispatch.driver]
username = "31999_HSSK"
password = {{ file = "gateway.password" }}
[dispatch.signing]
pkcs12 = "facility.p12"
password = {{ file = "p12.password" }}
[hospital_system]
key = {{ file = "hospital-system.key" }}
[papers]
fonts = "{fonts}"
public_listen = "127.0.0.1:{public_port}"
public_url = "{public}"
authority = "Sở Y tế Hải Phòng"
address = "Số 1 phố Mẫu, phường Hồng Bàng, thành phố Hải Phòng"
place = "Hải Phòng"
driver_department = "K01"
[[papers.practitioners]]
login = "bac.si"
key = {{ pkcs12 = "doctor.p12", password = {{ file = "p12.password" }} }}
[operations]
feed_key = {{ file = "operations.key" }}
[operations.open_data]
smallest_count = 10
[board]
voice = "{voice}"
names = "masked"
[[board.groups]]
code = "TANG1"
name_vi = "Tầng 1"
name_en = "Floor 1"
departments = ["TIEPDON", "K01", "XN"]
"""

GATEWAY = """
listen = "127.0.0.1:{port}"
people = "people.toml"
eid_api_key = "mock-eid-key"
unregistered_certificates = "first_accepted"
faults = "faults.toml"
"""

# The second paper that is sent gets no answer: nobody knows its outcome.
FAULTS = """
seed = 1
[[fault]]
service = "papers"
fault = { kind = "answer_lost" }
when = { nth = [2] }
"""
os.environ.setdefault("TIEPDON_DUTY_OFFICER", "031080000099")
