"use strict";
// Progress while the page is open, and files sent in pieces. Everything works without this too.
const go = document.getElementById("go");
if (go) location.replace(go.href);

const digest = document.body.dataset.live; // of what this page shows
if (digest && !document.querySelector("form")) { // what a person is filling in must not be loaded anew
  const source = new EventSource("/events");
  source.onmessage = (event) => {
    const live = JSON.parse(event.data);
    if (live.digest !== digest) { location.reload(); return; }
    for (const bar of live.bars || []) {
      const progress = document.querySelector(`progress[data-export="${CSS.escape(bar.export)}"]`);
      const text = document.querySelector(`[data-text="${CSS.escape(bar.export)}"]`);
      if (!progress || !text) {
        // A bar that belongs here is new: that of another export belongs elsewhere.
        if (location.pathname === "/" || location.pathname === "/export/" + bar.export) { location.reload(); return; }
        continue;
      }
      progress.value = bar.value;
      text.textContent = bar.text;
    }
  };
}

const form = document.getElementById("upload");
if (form) {
  const piece = 16 << 20;
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const send = async (file, say) => {
    const query = new URLSearchParams({ name: file.name, size: file.size });
    for (let tries = 0; tries < 20; ) {
      try {
        let response = await fetch("/upload?" + query);
        let state = await response.json();
        while (response.ok && state.done < file.size) {
          query.set("offset", state.done);
          response = await fetch("/upload?" + query, { method: "PUT", body: file.slice(state.done, state.done + piece) });
          query.delete("offset");
          state = await response.json();
          if (response.ok) { tries = 0; say(Math.round(100 * state.done / file.size), ""); }
        }
        if (response.ok) return state;
        if (response.status === 422) return state;
      } catch { /* the connection broke: go on where it was */ }
      tries++;
      say(null, "interrupted, going on");
      await wait(1000 * Math.min(tries, 10));
    }
    return { error: "the connection breaks again and again" };
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.querySelector("button").disabled = true;
    const list = document.getElementById("pieces");
    for (const file of document.getElementById("files").files) {
      const line = document.createElement("p");
      const bar = document.createElement("progress");
      const text = document.createElement("span");
      bar.max = 100; bar.value = 0; bar.setAttribute("aria-label", file.name);
      text.textContent = " " + file.name;
      line.append(bar, text);
      list.append(line);
      const state = await send(file, (value, note) => {
        if (value !== null) bar.value = value;
        text.textContent = " " + file.name + (note ? ": " + note : "");
      });
      if (state.error) {
        line.className = "wrong";
        text.textContent = ` ${file.name}: ${state.error}${state.hint ? " (" + state.hint + ")" : ""}`;
      } else {
        line.className = "right";
        const link = document.createElement("a");
        link.href = "/export/" + encodeURIComponent(state.export);
        link.textContent = "taken; see how it goes on";
        text.textContent = ` ${file.name}: `;
        text.append(link);
      }
    }
    form.querySelector("button").disabled = false;
  });
}
