// Keeps the place in the queue up to date, and says so when it cannot.
"use strict";
const SILENT_MS = 15_000; // The server speaks every 5 s at least.
const RETRY_MS = 5_000;
const RELOAD_AFTER_MS = 60_000;

const body = document.body;
const live = document.getElementById("live");
const lost = document.getElementById("lost");
const now = () => performance.now();
let stream = null;
let lastId = "";
let heardAt = now();
let triedAt = now();
let stage = live.querySelector("[data-stage]")?.dataset.stage;

function connect() {
  stream?.close();
  triedAt = now();
  const query = new URLSearchParams({ lang: document.documentElement.lang });
  if (lastId !== "") query.set("after", lastId);
  stream = new EventSource(`/t/${body.dataset.token}/events?${query}`);
  stream.addEventListener("place", (event) => {
    heard();
    lastId = event.lastEventId;
    const shown = JSON.parse(event.data);
    // A newer server has a newer page. Not in a circle, where older and newer servers stand side by side.
    if (shown.version !== body.dataset.version && now() > RELOAD_AFTER_MS) {
      location.reload();
      return;
    }
    live.innerHTML = shown.html;
    const before = stage;
    stage = live.querySelector("[data-stage]")?.dataset.stage;
    // Where the browser allows it: a phone in a pocket.
    if (stage === "called" && before !== "called") navigator.vibrate?.([400, 200, 400]);
  });
  stream.addEventListener("beat", heard);
}

function heard() {
  heardAt = now();
  lost.hidden = true;
  body.classList.remove("lost");
}

function look() {
  const silent = now() - heardAt;
  if (silent > SILENT_MS) {
    lost.hidden = false;
    body.classList.add("lost");
  }
  const broken = stream.readyState === EventSource.CLOSED || silent > SILENT_MS;
  if (broken && now() - triedAt > RETRY_MS) connect();
}
setInterval(look, 1_000);
// A phone that slept must not show what was true before: it asks anew, and until the answer says that it does not know.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  heardAt = triedAt = -Infinity;
  look();
});

connect();
