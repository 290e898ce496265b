// New calls for a person, and people newly sent here, appear without a reload. Without this script the page shows them when it is loaded.
"use strict";
const PAUSE_MS = 3000;
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
  } catch {
    // The next look tells.
  }
  setTimeout(look, PAUSE_MS);
}
setTimeout(look, PAUSE_MS);
