// Pages of a run that several people play. Every page works without this file: "Look again" is a link.
(() => {
  // Every element with data-look is asked for anew: often while it is seen, seldom while it is not,
  // less often while nothing answers; at once when somebody comes back. Never twice at a time.
  const SEEN = 2000, HIDDEN = 15000, FAILED = 10000, TICK = 500, SLOW = 4000, LOST = 30000, THINKS = 10000;
  const asked = new WeakMap(); // element → when it was last asked for
  const waiting = new WeakSet(); // elements that an answer is under way for
  let failed = false, isOut = false, isGone = false, isBack = false, isOther = false;

  const looks = () => document.querySelectorAll("[data-look]");
  const isLook = (el) => el instanceof Element && el.matches("[data-look]");
  const look = (now) => {
    for (const el of looks()) {
      const every = failed ? FAILED : isOut || isGone || document.hidden ? HIDDEN : Number(el.dataset.every) || SEEN;
      // A page that has just come is as new as an answer.
      if (!asked.has(el)) asked.set(el, now ? -Infinity : performance.now());
      const since = performance.now() - asked.get(el);
      // An answer that is long in coming is told of before it is given up.
      if (waiting.has(el) && since > SLOW && since < LOST && !failed && !isOut) tell("slow");
      if (waiting.has(el) ? since < LOST : !now && since < every) continue;
      asked.set(el, performance.now());
      el.dispatchEvent(new CustomEvent("look"));
    }
  };
  // Not before: until htmx has begun, nobody hears the event.
  document.addEventListener("htmx:before:request", ({ target, detail }) => {
    if (!isLook(target)) return;
    waiting.add(target);
    // Who was signed out needs the panel anew, whether it has changed or not: its forms are those of the next sign-in.
    if (isOut || isGone) delete detail.ctx.request.headers["HX-PTag"];
  });
  const lookNow = () => document.hidden || look(true);
  document.addEventListener("visibilitychange", lookNow);
  addEventListener("pageshow", lookNow);
  addEventListener("online", lookNow);
  addEventListener("focus", () => (isOut || isGone) && lookNow());

  // What went wrong is one quiet line, put right by the next answer; nothing takes the page away.
  const tell = (what) => {
    for (const line of document.querySelectorAll(".live-off")) {
      const said = what ? line.dataset[what] : "";
      if (line.textContent !== said) line.textContent = said;
    }
    for (const way of document.querySelectorAll(".live-back")) way.hidden = what !== "out";
  };
  // Whose page it is, is told by the seat: a guest who is let in again is another user in the same one. The other of a
  // run, signed in beside the page, gets none of the words in it, and the page not their panel.
  document.addEventListener("htmx:after:request", (event) => {
    const { sourceElement: asker, response, text } = event.detail.ctx;
    if (!isLook(asker) || response.status !== 200) return;
    const { seat } = asker.dataset;
    const theirs = seat && new DOMParser().parseFromString(text, "text/html").querySelector("[data-seat]")?.dataset.seat;
    isOther = Boolean(theirs) && theirs !== seat;
    isBack ||= isOut && !isOther;
    isOut = isOther;
    tell(isOther ? "other" : "");
    if (!isOther) return;
    event.preventDefault();
    document.querySelector("#notice form")?.remove();
  });
  document.addEventListener("htmx:config:request", (event) => {
    if (isOut && event.target.matches?.(".autosave") && formOf(event.target)) event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    if (!isOther || !event.target.closest("main")) return;
    event.preventDefault();
    event.stopPropagation();
    document.querySelector(".live-off").scrollIntoView({ block: "nearest" });
  }, true);
  // A notice that brings a token says only that somebody is signed in: the panel says who.
  document.addEventListener("htmx:after:settle", ({ detail }) => {
    const brings = detail.newContent?.some((el) => el.matches?.("#notice") && el.querySelector("[name=csrf_token]"));
    if (!brings || !document.querySelector("[data-look][data-seat]")) return;
    isOut = true;
    look(true);
  });

  // A page of somebody signed out stays as it is, and goes on once they have signed in beside it: its forms take the
  // token of the new sign-in, and what was not saved is sent once more.
  document.addEventListener("htmx:after:swap", ({ detail }) => {
    if (!isBack || !isLook(detail.ctx?.sourceElement)) return;
    isBack = false;
    const token = "input[name=csrf_token]";
    const fresh = document.querySelector(`[data-look] ${token}`) ?? document.querySelector(`#notice ${token}`);
    if (!fresh) return;
    for (const stale of document.querySelectorAll(token)) stale.value = fresh.value;
    for (const form of document.forms) {
      if (typed.has(form)) form.querySelector(".autosave")?.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  document.addEventListener("htmx:before:response", (event) => {
    const { sourceElement: asker, response } = event.detail.ctx;
    if (!isLook(asker)) {
      if (response.status !== 401 || !looks().length) return;
      event.preventDefault();
      const wasOut = isOut, draft = asker.matches(".autosave");
      isOut = true;
      tell("out");
      // A press is answered where it can be seen; a draft moves no page, least of all under who is writing.
      if (draft && (wasOut || asker.contains(document.activeElement))) return;
      return document.querySelector(".live-off").scrollIntoView({ block: "nearest" });
    }
    // The page has moved on meanwhile and has a newer panel: an older one must not take its place.
    if (!asker.isConnected) return event.preventDefault();
    const { status } = response;
    failed = status >= 500;
    if (status === 200) {
      // Whose it is, its text will say. Where somebody else was signed in, this is its reader again.
      isBack ||= isGone;
      return isGone = false;
    }
    const wasOut = isOut, isRefused = [401, 403, 404, 410].includes(status);
    // A guest signed out is a stranger here until they are let in again.
    isOut = status === 401 || wasOut && (isRefused || failed);
    isGone = isRefused && !isOut;
    tell(isOut ? "out" : failed ? "off" : isGone ? "gone" : "");
    isBack ||= wasOut && !isOut;
    // Nothing has changed, or nothing can be shown: no swap of nothing, which others would act on.
    if (status === 304 || status >= 400) event.preventDefault();
  });
  document.addEventListener("htmx:error", (event) => {
    const asker = event.detail.ctx?.sourceElement;
    if (!isLook(asker)) return;
    event.stopPropagation();
    if (event.detail.ctx.response || !asker.isConnected) return;
    failed = true;
    tell("off");
  }, true);
  document.addEventListener("htmx:finally:request", ({ target }) => {
    if (isLook(target)) waiting.delete(target);
    // What one has done oneself has changed something for the panel too.
    else if (target.closest?.("#stage") && !target.matches(".autosave")) for (const el of looks()) asked.set(el, -Infinity);
  });

  // Somebody who is typing, or whose words are not saved yet, is not led on.
  const typed = new WeakMap(), sent = new WeakMap(); // form → when
  let lastTyped = -Infinity;
  const formOf = (el) => { const form = el.closest?.("main form"); return form?.closest("[data-look]") ? null : form; };
  document.addEventListener("input", ({ target }) => {
    const form = formOf(target);
    if (!form) return;
    lastTyped = performance.now();
    typed.set(form, lastTyped);
  });
  document.addEventListener("htmx:before:request", ({ target }) => {
    const form = formOf(target);
    if (form) sent.set(form, performance.now());
  });
  document.addEventListener("htmx:after:request", ({ target, detail }) => {
    const form = formOf(target);
    if (form && detail.ctx.response.status < 400 && typed.get(form) <= sent.get(form)) typed.delete(form);
    if (form) setTimeout(goOn);
  });
  const isEmpty = (form) => [...form.elements].every((el) =>
    /^(radio|checkbox)$/.test(el.type) ? el.checked === el.defaultChecked : !("defaultValue" in el) || el.value === el.defaultValue);
  const isWriting = () => performance.now() - lastTyped < 4000
    || [...document.forms].some((form) => typed.has(form) && !isEmpty(form));

  // What takes the main part away waits until what was typed there is saved. It waits once: a refusal holds nobody up.
  const tried = new WeakMap(); // form → when that was typed which was sent off for it
  let going; // {pressed, forms}
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest?.("[data-look] :is([data-go], form[hx-target='#stage'] button)");
    if (!pressed || isOut || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const forms = [...document.forms].filter((form) =>
      form.querySelector(".autosave") && typed.has(form) && tried.get(form) !== typed.get(form));
    going = forms.length ? { pressed, forms } : undefined;
    if (!going) return;
    event.preventDefault();
    event.stopPropagation();
    for (const form of forms) {
      tried.set(form, typed.get(form));
      form.querySelector(".autosave").dispatchEvent(new Event("save"));
    }
  }, true);
  const goOn = () => {
    if (!going || going.forms.some((form) => typed.has(form))) return;
    const { pressed } = going;
    going = undefined;
    // A panel that is newer by now may have another one.
    (pressed.isConnected ? pressed : document.querySelector("[data-look] [data-go]"))?.click();
  };

  // What is new in the main part is fetched by itself, once.
  const followed = new WeakMap(); // link → when
  // Not soon under somebody who was at it when it came: they may be thinking of the next word.
  let offered; // when what is new was first told of
  const isAtIt = () => lastTyped > offered - 4000 && performance.now() - lastTyped < THINKS
    && document.activeElement.matches("main textarea") && document.activeElement.value && formOf(document.activeElement);
  const follow = () => {
    const go = document.querySelector("[data-look] [data-go]");
    offered = go ? offered ?? performance.now() : undefined;
    if (!go || isAtIt() || failed || isOut || isWriting() || performance.now() - (followed.get(go) ?? -Infinity) < FAILED) return;
    followed.set(go, performance.now());
    go.click();
  };

  // The same place is no new place to go back to.
  document.addEventListener("htmx:before:history:update", ({ detail }) => {
    const { history: update } = detail;
    const there = new URL(update.path, location.href);
    if (there.pathname + there.search === location.pathname + location.search) update.type = "replace";
  });

  // Time that is left, counted from what the server said last.
  const clocks = new WeakMap(); // element → {said, at}
  const minutes = (left) => `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left`;
  const count = () => {
    for (const el of document.querySelectorAll("[data-left]")) {
      const said = el.dataset.left;
      if (clocks.get(el)?.said !== said) clocks.set(el, { said, at: performance.now() });
      const left = Math.max(0, Math.round(said - (performance.now() - clocks.get(el).at) / 1000));
      const words = left ? minutes(left) : "Time is over";
      if (el.textContent !== words) el.textContent = words;
    }
  };

  // What somebody has opened in the panel stays open while the rest of it changes; not once they have done there what
  // brings another page.
  let open = [];
  document.addEventListener("htmx:before:swap", ({ target }) => {
    const isDone = target.matches?.("[data-look] form[hx-target='#stage']");
    open = isDone ? [] : [...document.querySelectorAll("[data-look] details[open][id]")].map((el) => el.id);
  });
  document.addEventListener("htmx:after:swap", () => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    count();
  });

  // How much of the top the panel takes: pairs.css keeps what is scrolled to clear of it.
  let height = 0;
  const measure = () => {
    const panel = document.getElementById("live");
    if (!panel || panel.offsetHeight === height) return;
    const before = height;
    height = panel.offsetHeight;
    document.documentElement.style.setProperty("--live-height", `${height}px`);
    // Only once the browser has put the page back to where it was.
    if (before && before < height) requestAnimationFrame(() => requestAnimationFrame(() => giveWay(panel, before)));
  };
  // What somebody is at, and a panel that has grown would cover, moves just clear of it.
  const giveWay = (panel, before) => {
    const at = document.activeElement;
    if (!at.matches("main :is(a, button, input, select, textarea, summary)") || panel.contains(at)) return;
    const edges = panel.getBoundingClientRect(), { top } = at.getBoundingClientRect();
    if (top >= edges.top + before && top < edges.bottom) scrollBy({ top: top - edges.bottom - 8, behavior: "instant" });
  };
  // Each panel that takes the place of another is watched in its turn; one that is gone is let go.
  const sizes = new ResizeObserver(measure);
  const watchPanel = () => {
    sizes.disconnect();
    const panel = document.getElementById("live");
    if (panel) sizes.observe(panel);
    measure();
  };
  document.addEventListener("DOMContentLoaded", watchPanel);
  document.addEventListener("htmx:after:swap", watchPanel);

  setInterval(() => { look(false); follow(); count(); }, TICK);
})();
