"""What a page after a play says in words: of each seat its own responses, in order."""

import re

from tests.web.conftest import RunPage, values
from tests.web.test_second_ratings import claiming, form_of


def test_in_words_each_claim_lists_the_responses_of_its_own_seat_in_order(
    alices_run: RunPage,
) -> None:
    alices_run.to_debrief()
    asked = alices_run.get("/after").text
    claims = re.findall(r'name="(own-[^"]+-)level" value="NE"', asked)
    # Every response of this scenario shows a level on each strand.
    in_each = [values(asked, f"{claim}evidence") for claim in claims]
    assert len({tuple(numbers) for numbers in in_each}) > 1
    assert alices_run.post("/after", claiming(alices_run)).status_code == 303

    page = alices_run.get("/after").text

    told = re.findall(r'<article class="rating-beside own-play">.*?</article>', page, re.S)
    assert [re.findall(r'<li value="(\d+)"', claim) for claim in told] == in_each


def title_of(page: str) -> str:
    found = re.search(r"<title>(.*?)</title>", page, re.S)
    assert found
    return found[1]


def test_the_title_names_the_page_and_says_when_something_was_refused(alices_run: RunPage) -> None:
    alices_run.to_debrief()

    again, after = (alices_run.get(part).text for part in ("/again/0", "/after"))
    refused = alices_run.post("/after", form_of(alices_run)).text
    assert alices_run.post("/after", claiming(alices_run)).status_code == 303
    beside = alices_run.get("/after").text

    case = "Glowing observations · LFP Trainer"
    assert [title_of(page) for page in (again, after, refused, beside)] == [
        f"Rate it once more: {case}",
        f"Now that you have played it: {case}",
        f"Problem: Now that you have played it: {case}",
        f"Before and after: {case}",
    ]
