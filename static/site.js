// What plain pages and htmx do not do by themselves. Every page works without this file.
(() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const isTyping = (el) => el.matches("input:not([type=radio], [type=checkbox]), textarea, select") || el.isContentEditable;

  // The second click of a double click is meant for what the first was on. What has come there
  // since, nobody has looked at: it is not pressed, until it is clicked once more. The taps of a
  // finger are each meant by themselves.
  let clicked = "";
  document.addEventListener("click", (event) => {
    const el = event.target.closest("a, button");
    const is = el ? `${el.textContent.trim()} ${el.href ?? el.form?.action}` : "";
    if (event.detail > 1 && event.pointerType !== "touch" && el && is !== clicked) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    clicked = is;
  }, true);

  // Number keys press the choice with that number, but only while focus is in the main part: a key
  // that acted from anywhere would be pressed by mistake and by people who dictate.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || isTyping(event.target)) return;
    if (!/^[1-9]$/.test(event.key)) return;
    for (const choice of document.querySelectorAll(`button[data-key="${event.key}"]:enabled`)) {
      if (choice.offsetParent && choice.closest("main").contains(event.target)) {
        event.preventDefault();
        return choice.click();
      }
    }
  });

  // Only who has a script can print or copy by a button.
  const showButtons = () => {
    for (const button of document.querySelectorAll("[data-print], [data-copy]")) button.hidden = false;
  };
  document.addEventListener("DOMContentLoaded", showButtons);
  document.addEventListener("htmx:after:swap", showButtons);
  document.addEventListener("click", async (event) => {
    if (event.target.closest("[data-print]")) print();
    const copier = event.target.closest("[data-copy]");
    if (!copier) return;
    const from = document.getElementById(copier.dataset.copy);
    from.select();
    // Without a secure address a browser offers no clipboard; the old way copies what is selected.
    await (navigator.clipboard?.writeText(from.value) ?? document.execCommand("copy"));
    copier.textContent = copier.dataset.copied;
    copier.setAttribute("aria-live", "polite");
  });

  // What htmx tells of an element that is gone by then, it tells of the document, which has no closest().
  // A new moment folds the coaching of the one before: the page is a conversation, not a report.
  document.addEventListener("htmx:before:swap", ({ target }) => {
    if (target.closest?.("#now form")) for (const told of document.querySelectorAll(".coaching[open]")) told.open = false;
  });

  // Places of an order stay unique: a place that another response has is traded for the one given up.
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches("[data-place]")) target.dataset.place = target.value;
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-place]")) return;
    const before = target.dataset.place;
    target.dataset.place = target.value;
    const others = [...target.form.querySelectorAll("[data-place]")].filter((el) => el !== target);
    const other = others.find((el) => el.value && el.value === target.value);
    if (other) other.value = other.dataset.place = before;
    const told = target.form.querySelector("[data-traded]");
    if (told) told.textContent = !other ? "" : before ? `The response that had this place is now ${other.selectedOptions[0].text}.` : "The response that had this place needs another one.";
  });

  // Picking one or ranking them all: what was written of why goes along.
  let written;
  document.addEventListener("htmx:before:swap", ({ target }) => {
    const reason = target.closest?.(".other-way") && document.getElementById("reason");
    written = reason?.value;
  });
  document.addEventListener("htmx:after:settle", () => {
    const reason = written && document.getElementById("reason");
    if (!reason) return;
    reason.value = written;
    reason.closest("details")?.setAttribute("open", "");
    written = "";
  });

  // The address says which part of a run is showing, however one came here: so Back leads to it again.
  document.addEventListener("DOMContentLoaded", () => {
    const here = document.querySelector("[data-address]")?.dataset.address;
    if (here) history.replaceState(history.state, "", here + location.hash);
  });

  // A map wider than its frame is shown from its middle, where the way begins.
  const centre = () => {
    for (const frame of document.querySelectorAll(".map-frame")) frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;
  };
  document.addEventListener("DOMContentLoaded", centre);
  document.addEventListener("htmx:after:settle", centre);

  // New content with a heading to go to: focus it, unless somebody is writing, and bring it to the top.
  document.addEventListener("htmx:after:settle", ({ detail }) => {
    const within = (selector) => {
      for (const el of detail.newContent) {
        const found = el.matches?.(selector) ? el : el.querySelector?.(selector);
        if (found?.isConnected) return found;
      }
    };
    const heading = within("[data-focus]");
    if (!heading || isTyping(document.activeElement)) return;
    if (!within("[autofocus]")) heading.focus({ preventScroll: true });
    // What was chosen stands above what it led to, and is read before it.
    const top = heading.matches(".choice--taken + *") ? heading.previousElementSibling : heading;
    requestAnimationFrame(() => top.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth" }));
  });

  // What is offered to be sent once more is done with once the form it came from has been taken.
  document.addEventListener("htmx:after:request", ({ target, detail }) => {
    const again = document.querySelector("#notice form");
    const isTaken = detail.ctx.response?.status < 400 && target.matches?.("main form") && target.action === again?.action;
    if (isTaken) document.getElementById("notice").replaceChildren();
  });

  // A notice about a page that had been open too long brings a token: every form of the page takes it. Not in a run
  // together: pairs.js sees first whose sign-in it is of.
  document.addEventListener("htmx:after:settle", () => {
    const renewed = document.querySelector("#notice input[name=csrf_token]");
    if (!renewed || document.querySelector("[data-look][data-seat]")) return;
    for (const token of document.querySelectorAll("input[name=csrf_token]")) token.value = renewed.value;
  });

  // A button disabled while it waits loses focus: give it back if nothing else took it. A draft that
  // saves itself takes no focus, and is not sent once its form is on the way.
  let pressed, panel, isUnderWay = false;
  const isLook = (el) => el.matches?.("[data-look]");
  document.addEventListener("htmx:config:request", (event) => {
    const draft = event.target.matches?.(".autosave");
    if (draft && event.target.closest("form.htmx-request")) return event.preventDefault();
    // What asks by itself meanwhile finds the focus gone, and knows nothing of where it was.
    if (isUnderWay && (draft || isLook(event.target))) return;
    isUnderWay = !draft && !isLook(event.target);
    pressed = draft ? null : document.activeElement;
    panel = pressed?.closest("[data-look]")?.id;
  });
  document.addEventListener("htmx:finally:request", ({ target }) => setTimeout(() => {
    if (isUnderWay && (isLook(target) || target.matches?.(".autosave"))) return;
    isUnderWay = false;
    if (document.activeElement !== document.body || !pressed) return;
    // A button that is gone leaves it to the panel it stood in, or whoever is at a keyboard would begin at the top.
    (pressed.isConnected ? pressed : document.getElementById(panel))?.focus({ preventScroll: true });
  }));

  document.addEventListener("htmx:after:request", ({ target, detail }) => {
    const hint = target.closest?.("form")?.querySelector("[data-saved]");
    if (!hint || detail.ctx.response.status >= 400) return;
    hint.role = "status";
    hint.textContent = `${hint.dataset.saved} ${new Date().toLocaleTimeString([], { timeStyle: "short" })}`;
  });

  // What was pressed and is long on its way says so where it was pressed, until the answer is there.
  const SLOW = 4000;
  const slow = new WeakMap(); // request → {timer, line}
  document.addEventListener("htmx:before:request", (event) => {
    const line = event.target.matches?.("form") && event.target.querySelector("[data-sending]");
    // What somebody who hears of it later holds back is not on its way, and may never be told to have ended.
    const say = () => { if (!event.defaultPrevented) line.textContent = line.dataset.sending; };
    if (line) slow.set(event.detail.ctx, { line, timer: setTimeout(say, SLOW) });
  });
  document.addEventListener("htmx:finally:request", ({ detail }) => {
    const { timer, line } = slow.get(detail.ctx) ?? {};
    clearTimeout(timer);
    if (line) line.textContent = "";
  });

  document.addEventListener("htmx:error", ({ detail }) => {
    if (detail.ctx?.response) return;
    const message = document.getElementById("no-answer").content.cloneNode(true);
    document.getElementById("notice").replaceChildren(message);
  });
})();
