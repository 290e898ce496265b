// New calls for a person, and people newly sent here, appear without a reload. Without this script the page shows them when it is loaded.
"use strict";
const PAUSE_MS = 1500;

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

async function look() {
  try {
    const answer = await fetch("/staff/calls", { redirect: "error", cache: "no-store" });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of ["calls", "list"]) {
        const [now, then] = [fresh.getElementById(part), document.getElementById(part)];
        if (now && then && now.innerHTML !== then.innerHTML && !then.contains(document.activeElement)) {
          then.innerHTML = now.innerHTML;
        }
      }
    }
    ring();
  } catch {
    // The next look tells.
  }
  setTimeout(look, PAUSE_MS);
}
setTimeout(look, PAUSE_MS);
