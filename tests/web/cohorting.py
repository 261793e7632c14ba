"""A cohort, made and joined through its pages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.storage.models import Membership, Place
from tests.conftest import Browser
from tests.web.conftest import SCENARIO, values


@dataclass
class CohortPage:
    """One cohort, as its facilitator has it before them."""

    browser: Browser
    url: str
    code: str

    @classmethod
    def make(cls, facilitator: Browser, *members: Browser) -> "CohortPage":
        answer = facilitator.post("/cohorts", {"name": "Lakeland, spring"})
        assert answer.status_code == 303
        page = facilitator.get(answer.location).text
        found = re.search(r"/join/([A-Z0-9]{8})", page)
        assert found
        made = cls(facilitator, answer.location, found[1])
        for each in members:
            made.let_in(each)
        return made

    def let_in(self, member: Browser, name: str = "Guest of hers", position: str = "EL") -> None:
        answer = member.post(f"/join/{self.code}", {"name": name, "position": position})
        assert (answer.status_code, answer.location) == (303, self.url)

    def also_run_by(self, session: Session, member: Browser) -> None:
        """Let somebody facilitate it too, from when they joined."""
        self.let_in(member)
        session.execute(
            sa.update(Membership)
            .where(Membership.user_id == member.user_id)
            .values(role=Place.FACILITATOR, facilitates_since=Membership.joined_at)
        )
        session.commit()

    def assign(self, scenario: str = SCENARIO, **more: object) -> str:
        """Set a scenario for it, by default as the form stands, and return the key."""
        data = {
            "scenario": scenario, "mode": "alone", "start_key": token_hex(8),
            "required": ["diagnosis", "ratings"], **more,
        }  # fmt: skip
        answer = self.browser.post(f"{self.url}/assignments", data)
        assert answer.status_code == 303, answer.text
        return answer.location.partition("#")[2]

    def deal(
        self,
        who: Sequence[int],
        way: str = "mix",
        *,
        scenario: str = SCENARIO,
        mix: str | None = None,
    ) -> str:
        """Return the page that shows the pairs; without a mix, those of a new one."""
        data = {"scenario": scenario, "way": way, "who": [*who], "mix": mix or token_hex(8)}
        answer = self.browser.get(f"{self.url}/pairs/deal?{urlencode(data, doseq=True)}")
        assert answer.status_code == 200
        return answer.text


def sent_by(page: str) -> dict[str, object]:
    """Return what the form of a preview would send, as it stands."""
    data: dict[str, object] = {name: values(page, name)[0] for name in ("scenario", "way", "mix")}
    data["who"] = values(page, "who")
    for name, options in re.findall(
        r'<select id="[^"]+" name="([^"]+)">(.*?)</select>', page, re.S
    ):
        picked = re.search(r'<option value="(\d+)" selected>', options)
        data[name] = picked[1] if picked else ""
    return data
