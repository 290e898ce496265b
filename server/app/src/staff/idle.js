// A page that nobody touches locks itself; one that somebody types in stays open. Without this script the server locks it
// at the next request.
"use strict";
const PULSE_MS = 60000;
const idleMs = Number(document.currentScript.dataset.minutes) * 60000;
let touched = Date.now();
let told = Date.now();
for (const touch of ["pointerdown", "keydown", "wheel"]) {
  addEventListener(touch, () => {
    touched = Date.now();
    if (touched - told < Math.min(PULSE_MS, idleMs / 3)) return;
    told = touched;
    fetch("/staff/active", { method: "POST" }).catch(() => {});
  }, { passive: true });
}
setInterval(() => {
  if (Date.now() - touched >= idleMs) document.getElementById("lock").submit();
}, Math.min(1000, idleMs / 10));
