// A chosen file is shown as text, so that it can be mended on the spot. Without this script the text is pasted.
"use strict";
const file = document.getElementById("file");
const list = document.getElementById("list");
const unreadable = document.getElementById("unreadable");
file.addEventListener("change", async () => {
  const chosen = file.files[0];
  if (!chosen) return;
  unreadable.hidden = true;
  try {
    list.value = new TextDecoder("utf-8", { fatal: true }).decode(await chosen.arrayBuffer());
  } catch {
    list.value = "";
    unreadable.textContent = file.dataset.notUtf8;
    unreadable.hidden = false;
  }
});
