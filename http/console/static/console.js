// Keys, and counts that stay up to date. Every page can be read without it.
"use strict";
(() => {
  const typing = (e) => e.target.closest("input, select, textarea, [contenteditable]");
  const rows = () => [...document.querySelectorAll("main tbody tr")];
  let going = 0;

  const choose = (step) => {
    const all = rows();
    if (all.length === 0) return;
    const now = all.findIndex((r) => r.classList.contains("chosen"));
    const next = all[Math.max(0, Math.min(all.length - 1, now + step))];
    if (now >= 0) all[now].classList.remove("chosen");
    next.classList.add("chosen");
    const link = next.querySelector("a");
    if (link) link.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (typing(e)) {
      if (e.key === "Escape") e.target.blur();
      return;
    }
    if (Date.now() - going < 1500) {
      going = 0;
      const link = document.querySelector(`[data-key="${CSS.escape(e.key)}"]`);
      if (link) { e.preventDefault(); location.href = link.href; }
      return;
    }
    switch (e.key) {
      case "/": {
        const box = document.getElementById("q");
        if (box) { e.preventDefault(); box.focus(); box.select(); }
        break;
      }
      case "g": going = Date.now(); break;
      case "j": e.preventDefault(); choose(1); break;
      case "k": e.preventDefault(); choose(-1); break;
    }
  });

  // A sign-in link keeps its secret behind #, where no server sees it. Where
  // the page of signing in is open already, the link only changes that.
  const link = document.querySelector("[data-from-hash]");
  const take = () => {
    if (location.hash.length <= 20) return;
    link.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
    link.form.querySelector("button").focus();
  };
  if (link) {
    take();
    window.addEventListener("hashchange", take);
  }

  // On a small screen the menu begins closed.
  const menu = document.querySelector(".menu");
  if (menu && matchMedia("(max-width: 60rem)").matches) menu.open = false;

  // A record's field says below the records what it is.
  for (const part of document.querySelectorAll(".record .part")) {
    const tell = () => {
      const where = part.closest(".panel")?.querySelector("[data-explained]");
      if (where) where.textContent = part.title;
    };
    part.addEventListener("focus", tell);
    part.addEventListener("mouseenter", tell);
  }

  // One stream a tab, closed while nobody looks. An event says that something
  // changed; the parts that are live are then read again.
  const path = document.body.dataset.live;
  if (!path || !window.EventSource) return;
  let stream = null, busy = false, again = false;
  const refresh = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of document.querySelectorAll("[data-fresh]")) {
          const other = fresh.getElementById(part.id);
          if (other && other.innerHTML !== part.innerHTML && !part.contains(document.activeElement?.closest("form, summary"))) part.innerHTML = other.innerHTML;
        }
      }
    } catch { /* the next event tries again */ }
    busy = false;
    if (again) { again = false; refresh(); }
  };
  const watch = () => {
    if (document.hidden) { stream?.close(); stream = null; return; }
    if (stream) return;
    stream = new EventSource(path);
    let first = true;
    stream.addEventListener("changed", () => { if (!first) refresh(); first = false; });
    stream.addEventListener("ended", () => { stream.close(); location.reload(); });
  };
  document.addEventListener("visibilitychange", () => { watch(); if (!document.hidden) refresh(); });
  watch();
})();
