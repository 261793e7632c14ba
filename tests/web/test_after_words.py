"""What a page after a play says in words: of each seat its own responses, in order."""

import re

from tests.web.conftest import RunPage, values
from tests.web.test_second_ratings import claiming


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
