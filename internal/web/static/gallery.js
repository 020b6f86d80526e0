"use strict";
// Arrow keys lead to the neighbours, Escape leads back. Everything works without this too.
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  if (event.target.closest("input, textarea, select, video, audio")) return;
  const rel = { ArrowLeft: "prev", ArrowRight: "next", Escape: "up" }[event.key];
  const link = rel && document.querySelector(`main a[rel="${rel}"]`);
  if (link) { event.preventDefault(); location.href = link.href; }
});
