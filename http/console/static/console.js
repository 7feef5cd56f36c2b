// Keys, forms that are sent once, and counts that stay up to date. Every page can
// be read without it.
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

  // What an action did is said once, and not again when the page is reloaded.
  const address = new URL(location.href);
  const done = ["done", "asked", "of"].filter((name) => address.searchParams.has(name));
  if (done.length > 0) {
    done.forEach((name) => address.searchParams.delete(name));
    history.replaceState(null, "", address);
  }

  // A second click sends nothing while the first is on its way.
  const sentFor = 30_000;
  const forms = () => document.querySelectorAll("form[method=post]");
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.method !== "post") return;
    if (Date.now() - (form.dataset.sent ?? 0) < sentFor) { e.preventDefault(); return; }
    form.dataset.sent = Date.now();
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => forms().forEach((form) => { delete form.dataset.sent; form.removeAttribute("aria-busy"); }));

  // What somebody has typed is not taken away by a page that keeps itself up to date.
  const typed = () => [...forms()].some((form) => form.dataset.typed);
  document.addEventListener("input", (e) => { if (e.target.form) e.target.form.dataset.typed = "yes"; });

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

  // A part that is replaced keeps what its reader has opened, chosen, scrolled to
  // and put the focus on.
  const marked = (part, selector) => [...part.querySelectorAll(selector)];
  const named = (details) => details.querySelector("summary").textContent;
  const replace = (part, other) => {
    const open = marked(part, "details[open]").map(named);
    const has = part.contains(document.activeElement) ? document.activeElement : null;
    const same = (e) => e.tagName === has.tagName && (has.href ? e.href === has.href : e.textContent === has.textContent);
    const nth = has && marked(part, has.tagName).filter(same).indexOf(has);
    const chosen = part.querySelector("tr.chosen a")?.href;
    const wide = marked(part, ".wide").map((e) => e.scrollLeft);
    marked(other, "details").forEach((d) => { d.open = open.includes(named(d)); });
    if (part.innerHTML === other.innerHTML) return;
    part.innerHTML = other.innerHTML;
    marked(part, ".wide").forEach((e, n) => { e.scrollLeft = wide[n] ?? 0; });
    if (chosen) marked(part, "tr").find((r) => r.querySelector("a")?.href === chosen)?.classList.add("chosen");
    if (has) marked(part, has.tagName).filter(same)[Math.max(0, nth)]?.focus({ preventScroll: true });
  };
  const refresh = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" }); // to the sign-in page: nothing to show
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of document.querySelectorAll("[data-fresh]")) {
          const other = fresh.getElementById(part.id);
          if (other && !part.contains(document.activeElement?.closest("form"))) replace(part, other);
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
    stream.addEventListener("ended", () => { stream.close(); if (!typed()) location.reload(); }); // a form that is sent leads to the sign-in page, which keeps it
  };
  document.addEventListener("visibilitychange", () => { watch(); if (!document.hidden) refresh(); });
  watch();
})();
