// What changed appears without a reload, one key does one thing, and calls for a person ring. Without this script the
// page works with its buttons and is loaded again every 20 seconds.
"use strict";
const RING_MS = 1500;
const RETRY_MS = 3000;

// A call rings until somebody answers it: an emergency quick and high, help slow and soft. Browsers play sound only after
// somebody has touched the page; logging in does.
let sound = null;
for (const touch of ["pointerdown", "keydown"]) {
  addEventListener(touch, () => {
    sound ??= new AudioContext();
    sound.resume();
  });
}
function ring() {
  if (!document.querySelector("#calls .call")) return;
  sound ??= new AudioContext();
  if (sound.state !== "running") {
    sound.resume();
    return;
  }
  const emergency = document.querySelector("#calls .call.emergency") !== null;
  const [tones, hertz, seconds] = emergency ? [3, 1040, 0.16] : [1, 620, 0.35];
  for (let tone = 0; tone < tones; tone += 1) {
    const start = sound.currentTime + tone * seconds * 1.6;
    const [voice, loudness] = [sound.createOscillator(), sound.createGain()];
    voice.frequency.value = hertz;
    loudness.gain.setValueAtTime(0.25, start);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + seconds);
    voice.connect(loudness).connect(sound.destination);
    voice.start(start);
    voice.stop(start + seconds);
  }
}

const PARTS = ["calls", "list", "counter"];
const inUse = (part) => part.querySelector("details[open]") !== null || part.querySelector("input:focus, select:focus") !== null;

// Takes the parts of a fresh page; a part in which somebody chooses or types waits, unless it is the answer to them.
function show(text, { answer }) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const key = document.activeElement?.dataset?.key;
  for (const id of PARTS) {
    const [now, then] = [fresh.getElementById(id), document.getElementById(id)];
    if (!now || !then || now.innerHTML === then.innerHTML || (!answer && inUse(then))) continue;
    then.innerHTML = now.innerHTML;
    if (key) then.querySelector(`[data-key="${key}"]`)?.focus();
  }
  ring();
}

let looking = false;
let lookAgain = false;
// A key's answer is under way. News wait for it: who already sees the next number presses the next key, and it must count.
let busy = false;
let news = false;
async function look() {
  if (looking) {
    lookAgain = true;
    return;
  }
  looking = true;
  try {
    const reply = await fetch(location.pathname, { redirect: "error", cache: "no-store" });
    const text = await reply.text();
    if (busy) news = true;
    else if (reply.ok) show(text, { answer: false });
  } catch {
    // The next news tells.
  }
  looking = false;
  if (lookAgain) {
    lookAgain = false;
    look();
  }
}

function listen(of) {
  const stream = new EventSource(`/staff/events?of=${encodeURIComponent(of)}`);
  let lost = false;
  stream.addEventListener("changed", look);
  stream.addEventListener("open", () => {
    if (lost) look();
    lost = false;
  });
  stream.addEventListener("error", () => {
    lost = true;
    if (stream.readyState !== EventSource.CLOSED) return;
    setTimeout(() => {
      look();
      listen(of);
    }, RETRY_MS);
  });
}

const live = document.getElementById("live");
if (live) {
  listen(live.dataset.of);
  setInterval(ring, RING_MS);

  addEventListener("submit", async (event) => {
    if (!live.contains(event.target)) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    try {
      const body = new URLSearchParams(new FormData(event.target, event.submitter));
      const reply = await fetch(event.target.action, { method: "POST", body, cache: "no-store" });
      if (!reply.ok || new URL(reply.url).pathname !== location.pathname) location.assign(reply.ok ? reply.url : location.pathname);
      else show(await reply.text(), { answer: true });
    } catch {
      location.reload();
    } finally {
      busy = false;
      if (news) {
        news = false;
        look();
      }
    }
  });

  // By the place of the key: a Vietnamese keyboard changes letters, not places.
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const menu = live.querySelector("details[open]");
    if (event.key === "Escape" && menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
      return;
    }
    if (event.target.closest("input, select, textarea")) return;
    const key = event.code.replace(/^(Key|Digit|Numpad)/, "").toLowerCase();
    if (key.length !== 1) return;
    const shut = (button) => button.closest("details") !== null && !button.matches("summary");
    const wanted = menu?.querySelector(`button[data-key="${key}"]`)
      ?? [...live.querySelectorAll(`[data-key="${key}"]`)].find((button) => !shut(button));
    if (!wanted || wanted.disabled) return;
    event.preventDefault();
    if (wanted.matches("summary")) {
      for (const other of live.querySelectorAll("details[open]")) if (other !== wanted.parentElement) other.open = false;
      wanted.parentElement.open = !wanted.parentElement.open;
      wanted.parentElement.querySelector("input:not([type=hidden]), div button")?.focus();
    } else {
      wanted.click();
    }
  });
}
