"""Every number of a workshop's pages beside what its rows come to. Each function holds one page."""

import json
import re
from collections import Counter
from typing import Any

from playwright.sync_api import Page

from tests.browser import workshop_pages as pages
from tests.browser.raw_rows import PARTS, SCENARIO, STAGES, Raw
from tests.browser.workshop_pages import read, times

WORDS = {
    "": "Not begun",
    "case": "Case",
    "diagnosis": "Diagnosis",
    "rating": "Rating",
    "role-play": "Role-play",
    "debrief": "Debrief",
    "next-step": "Next step",
    "done": "Finished",
}
LEAST = 3
"""From how many people on a room is shown numbers."""


# Progress


def progress_of(raw: Raw) -> dict[str, Any]:
    """Return what the page of progress has to say."""
    stages = raw.stages()
    count = Counter(stages.values())
    going = len(stages) - count["done"] - count[""]
    have = "has" if count["done"] == 1 else "have"
    are = "are" if going > 1 else "is"
    return {
        "sum": f"{count['done']} of {len(stages)} {have} finished,"
        f" {going or 'nobody'} {are} under way.",
        "stages": [[WORDS[stage], count[stage]] for stage in ("", *STAGES)],
        "people": {str(user): _standing(raw, user, stage) for user, stage in stages.items()},
    }


def _standing(raw: Raw, user: int, stage: str) -> str:
    if stage != "role-play":
        return WORDS[stage]
    run = next(each["run_id"] for each in raw.seats if each["user_id"] == user)
    if all(each["run_id"] != run for each in raw.steps):
        return "Role-play"
    taken = sum(each["run_id"] == run for each in raw.chosen)
    return f"Role-play, {taken} decision{'s' * (taken != 1)} so far"


def progress_becomes(page: Page, raw: Raw) -> None:
    """Wait until the page, which nobody touches, says what the rows say."""
    wanted = progress_of(raw)
    same = f"() => JSON.stringify(({pages.PROGRESS})()) === {json.dumps(_json(wanted))}"
    try:
        page.wait_for_function(same, timeout=9000)
    except Exception:
        assert read(page, pages.PROGRESS) == wanted
        raise


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


# Review


def review_agrees(page: Page, raw: Raw) -> None:
    """Compare all that the review of the scenario counts, and every list behind a number."""
    said = read(page, pages.REVIEW)
    plays, people = len(raw.plays), raw.people(raw.chosen)
    diagnosed, raters = len(raw.diagnoses), len({each["rater_id"] for each in raw.ratings})
    assert said["said"] == (
        f"{plays} conversations of {people} people. {diagnosed} people named what is not at"
        f" scale. {raters} people rated the leaders."
    )
    assert {k: n for k, n in said["endings"].items() if n} == raw.endings()
    assert Counter({(one, other): int(n) for one, other, n in said["ways"]}) == raw.ways()
    _decisions_agree(said["decisions"], raw)
    for part, named in zip(PARTS, said["named"], strict=True):
        assert {k: n for k, n in named.items() if n} == raw.named(part)
    _cards_agree(said["cards"], raw)
    _agreement_agrees(said["agreement"], raw)
    _behind_agrees(page, said["behind"])
    for href in said["sentences"]:
        leader, strand = href.partition("?")[0].rsplit("/", 2)[-2:]
        page.goto(href)
        assert read(page, pages.CARD) == raw.cited((leader, strand))
    page.goto(f"{page.url.partition('/review/')[0]}/review/{SCENARIO}")


def _decisions_agree(said: dict[str, Any], raw: Raw) -> None:
    assert list(said) == [raw.title(id) for id in raw.scenes()]
    for id in raw.scenes():
        shown = said[raw.title(id)]
        rows = raw.at(id)
        by = re.findall(r"Decided by (\S+)", shown["about"])[0].rstrip(".,")
        assert pages.number(by) == raw.people(rows)
        offered = raw.script.scenario.scenes[id].choices
        assert list(shown["taken"]) == [plain(each.text) for each in offered.values()]
        for choice_id, choice in offered.items():
            taken, text = raw.at(id, choice_id), plain(choice.text)
            assert shown["taken"][text] == len(taken)
            assert times(shown["then"][text]) == raw.followed(taken)
            assert times(shown["ended"][text]) == raw.ended(taken)


def plain(text: str) -> str:
    return " ".join(text.split())


def _cards_agree(said: dict[str, Any], raw: Raw) -> None:
    assert {*said} == {f"{leader}-{strand}" for leader, strand in raw.cards}
    for card in raw.cards:
        counts, figures = said["-".join(card)]["counts"], said["-".join(card)]["figures"]
        assert counts == raw.counts(card)
        exact, adjacent, pairs = raw.pairs(card)
        assert figures == [
            f"{len(raw.levels(card))}",
            f"{raw.counts(card)['NE']}",
            f"{raw.inside(card)} of {len(raw.rated(card))}",
            *_with_reference(card, raw),
            f"{exact} of {pairs} pairs",
            f"{adjacent} of {pairs} pairs",
        ]


def _with_reference(card: tuple[str, str], raw: Raw) -> list[str]:
    """Return how many levels are that of the reference, and one from it at most."""
    number = raw.script.scenario.leaders[card[0]][card[1]].number
    levels = raw.levels(card)
    if number is None or not levels:
        return ["–", "–"]
    return [
        f"{sum(abs(each - number) <= far for each in levels)} of {len(levels)}" for far in (0, 1)
    ]


def _agreement_agrees(said: list[list[str]], raw: Raw) -> None:
    strands = raw.script.rubric.strands
    wanted = [("All ratings together", None), *((each.name, id) for id, each in strands.items())]
    assert [title for title, _ in said] == [title for title, _ in wanted]
    for (_, sentence), (_, strand) in zip(said, wanted, strict=True):
        figure, people = re.findall(r"alpha (\S+?),? .*from (\d+) people", sentence)[0]
        assert float(figure.replace("−", "-")) == round(raw.alpha(strand), 2)
        assert int(people) == raw.raters(strand)


def _behind_agrees(page: Page, numbers: list[list[Any]]) -> None:
    assert len(numbers) > 20
    for href, count in numbers:
        html = page.request.get(href).text()
        told = re.findall(r"<span>(One|\d+) answers?", html)
        assert [pages.number(each) for each in told] == [count], href


# The projector


def agenda_agrees(page: Page, raw: Raw) -> list[str]:
    """Compare what is said of each thing that can be shown; return all of them."""
    said = read(page, pages.AGENDA)
    assert {*said} == {*_items(raw)}
    for item, sentence in said.items():
        people, otherwise = _apart(raw, item)
        if people < LEAST:
            assert "fewer than three" in sentence
            assert not re.search(r"\d", sentence)
        else:
            tail = f"{otherwise} not with the most frequent answer" if otherwise else "all agree"
            assert sentence.endswith(f", {people} people, {tail}")
    return list(said)


def _items(raw: Raw) -> list[str]:
    scenes = [id for id, each in raw.script.scenario.scenes.items() if each.choices]
    cards = ["/".join(card) for card in raw.cards]
    return ["diagnosis", *(f"decision:{id}" for id in scenes), *(f"rating:{id}" for id in cards)]


def behind(raw: Raw, item: str) -> tuple[int, list[dict[str, int]]]:
    """Return how many people stand behind an item, and how many behind each answer to it; of a
    diagnosis part by part."""
    kind, _, about = item.partition(":")
    if kind == "decision":
        offered = raw.script.scenario.scenes[about].choices
        return raw.people(raw.at(about)), [{id: raw.people(raw.at(about, id)) for id in offered}]
    if kind == "rating":
        leader, strand = about.split("/")
        return len(raw.rated((leader, strand))), [raw.counts((leader, strand))]
    return len(raw.diagnoses), [dict(raw.named(part)) for part in PARTS]


def _apart(raw: Raw, item: str) -> tuple[int, int]:
    people, parts = behind(raw, item)
    return people, max(people - max(part.values(), default=0) for part in parts)


def screen_agrees(page: Page, raw: Raw, item: str, *, whole: bool = False) -> None:
    """Compare the split that stands on the screen, or in the room.

    :param whole: where everything named stands, and not only what was named most
    """
    said = read(page, pages.ITEM)
    people, parts = behind(raw, item)
    enough = people >= LEAST
    if not enough:
        assert "no numbers are shown" in page.locator(".item-few").inner_text()
    assert said["of"] == (people if enough else None)
    if item.startswith("decision"):
        taken = [*parts[0].values()] if enough else [None] * len(parts[0])
        assert said["responses"] == taken
    elif item.startswith("rating"):
        assert said["levels"] == (parts[0] if enough else dict.fromkeys(parts[0]))
    else:
        for shown, named in zip(said["named"], parts, strict=True):
            assert {k: n for k, n in shown.items() if n} == (
                named if whole else {k: named[k] for k in shown if named.get(k)}
            )


def sentences_agree(page: Page, raw: Raw, item: str) -> None:
    """Compare the sentences most cited, on the screen."""
    leader, strand = item.partition(":")[2].split("/")
    cited = raw.cited((leader, strand))
    shown = read(page, pages.ITEM)["cited"]
    assert shown
    assert [n for _, n in shown] == sorted(cited.values(), reverse=True)[: len(shown)]
    for text, count in shown:
        whole = next(each for each in cited if each.startswith(text.removesuffix(" …")))
        assert cited[whole] == count
