"""The numbers that stand on the pages of a workshop, read as anybody sees them."""

import re
from typing import Any

from playwright.sync_api import Page

Split = dict[str, int]

READ = """
const said = (el, gone = ".visually-hidden, .tag") => {
  if (!el) return "";
  const copy = el.cloneNode(true);
  copy.querySelectorAll(gone).forEach((each) => each.remove());
  return copy.textContent.replace(/\\s+/g, " ").trim();
};
const all = (root, what) => [...root.querySelectorAll(what)];
const count = (el) => {
  const number = parseInt(said(el));
  return isNaN(number) ? null : number;
};
const row = (el) => {
  const text = el.querySelector("details.split-text > p") ?? el.querySelector(".split-text");
  return [said(text), count(el.querySelector(".split-number"))];
};
const split = (root) => Object.fromEntries(all(root, ".split-row").map(row));
const rungs = (root, one, number) => Object.fromEntries(all(root, one).map((el) =>
  [said(el.querySelector(".level-mark b")), count(el.querySelector(number))]));
"""
REVIEW = f"""() => {{ {READ}
  const then = (el, what) => all(el, ".split-then").map((each) => each.textContent)
    .filter((text) => text.includes(what))
    .map((text) => text.split(what)[1].replace(/\\s+/g, " "))[0] ?? "";
  const thens = (el, what) => Object.fromEntries(
    all(el, ".split-row").map((li) => [row(li)[0], then(li, what)]));
  const decision = (el) => [said(el.querySelector("h3")), {{
    about: said(el.querySelector(".hint")), taken: split(el),
    then: thens(el, "then:"), ended: thens(el, "ended:"),
  }}];
  return {{
    said: said(document.querySelector(".review-of")),
    endings: split(document.querySelector("#endings")),
    ways: all(document, "#ways tbody tr").map((tr) => all(tr, "th, td").map((td) => said(td))),
    decisions: Object.fromEntries(all(document, "#decisions article").map(decision)),
    named: all(document, ".review-part").map(split),
    cards: Object.fromEntries(all(document, "#ratings article").map((el) => [
      el.getAttribute("aria-labelledby").replace("card-", ""), {{
        counts: rungs(el, ".spread-row", ".split-number"),
        figures: all(el, ".review-figures dd").map((dd) => said(dd)),
      }}])),
    agreement: all(document, "#agreement .review-card").map((el) =>
      [said(el.querySelector("h3")), said(el.querySelector("p:last-of-type"))]),
    behind: all(document, "a.split-number").map((a) => [a.getAttribute("href"), count(a)]),
    sentences: all(document, "#ratings article .review-more").map((a) => a.getAttribute("href")),
  }};
}}"""
CARD = f"() => {{ {READ} return split(document.querySelector('[aria-labelledby=cited-title]')); }}"
PROGRESS = f"""() => {{ {READ} return {{
  sum: said(document.querySelector(".standing-sum")),
  stages: all(document, ".stages tbody tr").map((tr) =>
    [said(tr.querySelector("th")), count(tr.querySelector("b"))]),
  people: Object.fromEntries(all(document, ".standings tbody tr").map((tr) =>
    [tr.id.replace("who-", ""), said(tr.querySelector("td > span"))])),
}}; }}"""
AGENDA = f"""() => {{ {READ} return Object.fromEntries(all(document, ".agenda-row").map((li) =>
  [li.querySelector("input").value, said(li.querySelector(".option-means"))])); }}"""
ITEM = f"""() => {{ {READ}
  const taken = (el) => count(el.querySelector(".response-count"));
  return {{
  title: said(document.querySelector("#item-title")),
  phase: said(document.querySelector(".item-phases [aria-current]")),
  of: count(document.querySelector(".item-foot span")),
  responses: all(document, ".response").map(taken),
  levels: rungs(document, ".level-given", ".level-count"),
  named: all(document, ".diagnosed-part").map((el) => Object.fromEntries(all(el, ".named")
    .map((li) => [said(li.querySelector(".named-name"), ".visually-hidden, .named-mark"),
      count(li.querySelector(".level-count"))]))),
  cited: all(document, ".cited-most li").map((li) =>
    [said(li.querySelector("p")).slice(1, -1), count(li.querySelector("b"))]),
}}; }}"""
PLAN = f"() => {{ {READ} return all(document, '.plan-block div > p').map((p) => said(p)); }}"


def read(page: Page, what: str) -> Any:
    return page.evaluate(what)


def times(text: str) -> Split:
    """Return what stands in “this (2), that (1)”."""
    found = re.findall(r"\s*(.+?) \((\d+)\)(?:, |$)", text.strip())
    return {what: int(count) for what, count in found}


def number(text: str) -> int:
    """Return the number that a sentence begins with."""
    words = {"No": 0, "Nobody": 0, "One": 1, "one": 1}
    first = text.split()[0]
    return words[first] if first in words else int(first)
