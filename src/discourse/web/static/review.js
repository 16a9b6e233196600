// Presses the button whose key is pressed, unless somebody is writing.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.key === "Escape") { document.activeElement.blur(); return; }
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) return;
  const wanted = Array.from(document.querySelectorAll("[data-key]")).find((e) => e.dataset.key === event.key.toLowerCase());
  if (!wanted) return;
  event.preventDefault();
  if (/^(INPUT|SELECT)$/.test(wanted.tagName)) wanted.focus(); else wanted.click();
});
