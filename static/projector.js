// The big screen, the remote and the phones in the room follow by themselves; keys drive the screen.
// Every page works without this file: buttons are forms, and "Look again" is a link.
(() => {
  // Asked as often as the page says while it is seen, seldom while it is not or nothing answers; at once when somebody
  // comes back. Never twice at a time.
  const HIDDEN = 15000, FAILED = 5000, LOST = 30000, TICK = 200;
  const asked = new WeakMap(); // element → when it was last asked for
  const waiting = new WeakSet(); // elements that an answer is under way for
  let failed = false, isGone = false, moved = -Infinity;

  const isLook = (el) => el instanceof Element && el.matches("[data-look]");
  const look = (now) => {
    for (const el of document.querySelectorAll("[data-look]")) {
      const every = document.hidden || isGone ? HIDDEN : failed ? FAILED : Number(el.dataset.look);
      // A page that has just come is as new as an answer.
      if (!asked.has(el)) asked.set(el, now ? -Infinity : performance.now());
      const since = performance.now() - asked.get(el);
      if (waiting.has(el) ? since < LOST : !now && since < every) continue;
      asked.set(el, performance.now());
      el.dispatchEvent(new CustomEvent("look"));
    }
  };
  const lookNow = () => document.hidden || look(true);
  document.addEventListener("visibilitychange", lookNow);
  addEventListener("pageshow", lookNow);
  addEventListener("online", lookNow);
  document.addEventListener("htmx:before:request", ({ target }) => isLook(target) && waiting.add(target));
  document.addEventListener("htmx:finally:request", ({ target }) => {
    if (isLook(target)) waiting.delete(target);
    else moved = performance.now();
  });

  // What went wrong is one quiet line, put right by the next answer.
  const tell = (what) => {
    for (const line of document.querySelectorAll(".follow-off")) {
      const said = what ? line.dataset[what] : "";
      if (line.textContent !== said) line.textContent = said;
    }
  };
  document.addEventListener("htmx:before:response", (event) => {
    const { sourceElement: asker, response } = event.detail.ctx;
    if (!isLook(asker)) return;
    const { status } = response;
    failed = status >= 500;
    isGone = [401, 403, 404, 410].includes(status);
    tell(status === 401 ? "out" : isGone ? "gone" : failed ? "off" : "");
    // What somebody pressed here meanwhile has brought a newer page: an older one must not take its place.
    const isOld = !asker.isConnected || asked.get(asker) < moved;
    // Nothing has changed, or nothing can be shown: no swap.
    if (isOld || status === 304 || status >= 400) event.preventDefault();
  });
  document.addEventListener("htmx:error", (event) => {
    const asker = event.detail.ctx?.sourceElement;
    if (!isLook(asker)) return;
    event.stopPropagation();
    if (event.detail.ctx.response || !asker.isConnected) return;
    failed = true;
    tell("off");
  }, true);

  // Keys of the screen. Presenters for the hand send PageDown and PageUp.
  const KEYS = {
    ArrowRight: "next", PageDown: "next", " ": "next",
    ArrowLeft: "back", PageUp: "back",
    h: "hide", H: "hide", "?": "keys", Escape: "leave",
  };
  document.addEventListener("keydown", (event) => {
    const what = Object.hasOwn(KEYS, event.key) && KEYS[event.key];
    if (!what || event.ctrlKey || event.altKey || event.metaKey || event.repeat || !document.getElementById("screen")) return;
    // Who is at a button presses that one.
    if (event.key === " " && event.target.closest("button, a, summary")) return;
    const keys = document.getElementById("screen-keys");
    if (what === "leave" && document.fullscreenElement) return;
    event.preventDefault();
    if (what === "leave" && keys.open) return keys.open = false;
    document.querySelector(`#screen [data-press="${what}"]:not(:disabled)`)?.click();
  });

  const showFullScreen = () => {
    for (const button of document.querySelectorAll("[data-full-screen]")) {
      button.hidden = !document.fullscreenEnabled || Boolean(document.fullscreenElement);
    }
  };
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-full-screen]")) document.documentElement.requestFullscreen();
  });
  document.addEventListener("fullscreenchange", showFullScreen);
  document.addEventListener("DOMContentLoaded", showFullScreen);

  // What somebody has opened stays open while the rest changes; what comes to the top is seen from its beginning.
  let open = [];
  document.addEventListener("htmx:before:swap", () => {
    open = [...document.querySelectorAll("details[id], .remote-part")].map((el) => el.open);
  });
  document.addEventListener("htmx:after:swap", () => {
    const now = [...document.querySelectorAll("details[id], .remote-part")];
    if (now.length === open.length) now.forEach((el, at) => el.open = open[at]);
    showFullScreen();
  });

  setInterval(() => look(false), TICK);
})();
