// Keeps a board true for months: shows what the server says, says so when it hears nothing, speaks one call at a time.
"use strict";
const SILENT_MS = 12_000; // The server speaks every 5 s at least.
const RETRY_MS = 5_000;
const RELOAD_AFTER_MS = 60_000;
const STALE_MS = 60_000;
const TURN_PAGE_MS = 10_000;
const KEPT_CALLS = 8;

const body = document.body;
const live = document.getElementById("live");
const clock = document.getElementById("clock");
const lost = document.getElementById("lost");
const since = document.getElementById("since");
const sound = document.getElementById("sound");

// Only time that cannot be put back is counted with: the screen's own clock may be wrong.
const now = () => performance.now();
let stream = null;
let lastId = "";
let heardAt = now();
let triedAt = now();
let lostAt = null;

function connect() {
  stream?.close();
  triedAt = now();
  const after = lastId === "" ? "" : `?after=${encodeURIComponent(lastId)}`;
  stream = new EventSource(`/board/${body.dataset.board}/events${after}`);
  stream.addEventListener("board", (event) => {
    heard();
    lastId = event.lastEventId;
    show(JSON.parse(event.data));
  });
  stream.addEventListener("beat", (event) => {
    heard();
    clock.textContent = event.data;
  });
}

function heard() {
  heardAt = now();
  if (lostAt === null) return;
  lostAt = null;
  lost.hidden = true;
  body.classList.remove("lost", "stale");
}

setInterval(() => {
  const silent = now() - heardAt;
  const broken = stream.readyState === EventSource.CLOSED || silent > SILENT_MS;
  if (silent > SILENT_MS || (broken && silent > RETRY_MS)) {
    if (lostAt === null) {
      lostAt = heardAt;
      since.textContent = `· ${clock.textContent}`;
      lost.hidden = false;
      body.classList.add("lost");
    }
    body.classList.toggle("stale", now() - lostAt > STALE_MS);
  }
  if (broken && now() - triedAt > RETRY_MS) connect();
}, 1_000);

function show(board) {
  // A newer server has a newer page. Not in a circle, where older and newer servers stand side by side.
  if (board.version !== body.dataset.version && now() > RELOAD_AFTER_MS) {
    location.reload();
    return;
  }
  live.innerHTML = board.html;
  clock.textContent = board.at;
  turnTo(page);
  if (board.say) speak(board.say);
}

// Departments that do not fit take turns.
let page = 0;
function turnTo(wanted) {
  const pages = live.querySelectorAll(".page");
  if (pages.length === 0) return;
  page = wanted % pages.length;
  pages.forEach((element, index) => { element.hidden = index !== page; });
  live.querySelectorAll(".dots i").forEach((dot, index) => dot.classList.toggle("on", index === page));
}
setInterval(() => turnTo(page + 1), TURN_PAGE_MS);

// One voice. The server lets calls wait for each other; a call that comes while this screen is still speaking, because
// the network was slow, waits here.
const voice = new Audio();
const waiting = [];
let speaking = false;
let speakingUntil = 0;
const spoken = [];
function speak(say) {
  if (spoken.includes(say.id) || say.age_ms >= say.lasts_ms) return;
  spoken.push(say.id);
  if (spoken.length > KEPT_CALLS) spoken.shift();
  const same = waiting.findIndex((other) => other.ticket === say.ticket);
  if (same >= 0) waiting.splice(same, 1);
  waiting.push(say);
  if (waiting.length > KEPT_CALLS) waiting.shift();
  if (!speaking) next();
}
function next() {
  const say = waiting.shift();
  speaking = say !== undefined;
  if (!speaking) return;
  speakingUntil = now() + say.lasts_ms + RETRY_MS;
  voice.src = say.audio;
  voice.play().catch((error) => {
    // Browsers play sound only after somebody has touched the page; a screen of its own is started so that they do.
    // Other failures are the element's "error".
    if (error.name !== "NotAllowedError") return;
    sound.hidden = false;
    next();
  });
}
// A sound that neither begins nor ends, because the network died under it, must not silence the hall.
setInterval(() => {
  if (speaking && now() > speakingUntil) {
    voice.removeAttribute("src");
    next();
  }
}, 1_000);
voice.addEventListener("ended", next);
voice.addEventListener("error", next);
voice.addEventListener("playing", () => { sound.hidden = true; });
sound.addEventListener("click", () => {
  sound.hidden = true;
  voice.src = "/board/audio/chime.wav";
  voice.play().catch(() => { sound.hidden = false; });
});

connect();
