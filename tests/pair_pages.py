"""The machine with every page rendered: nobody is shown another's words before they may be."""

import html
from typing import ClassVar

from flask import Flask, url_for
from flask.testing import FlaskClient
from hypothesis.stateful import invariant, precondition, rule

from lfp_trainer.services import sign_in
from lfp_trainer.storage.database import writing
from lfp_trainer.web.run_stages import NAMES
from tests.conftest import HTMX
from tests.pair_machine import Room, person


class Shown(Room):
    """A run whose pages are looked at, now and then or after every step."""

    app: ClassVar[Flask]
    after_each: ClassVar[bool] = False

    @precondition(lambda self: self.model.begun)
    @rule(who=person)
    def look(self, who: int) -> None:
        self.look_at_all(self.who[who])

    @invariant()
    def nobody_is_shown_what_is_hidden_from_them(self) -> None:
        steps = len(self.sent)
        everybody = list(self.model.people)
        if not self.after_each:  # somebody's, now and then
            everybody = everybody[steps % len(everybody) :][:1] if steps % 5 == 0 else []
        for who in everybody:
            self.look_at_all(who)

    def look_at_all(self, who: int) -> None:
        if who not in self.model.people:
            return
        browser = self.browser_of(who)
        for address in self.addresses():
            for headers in ({}, HTMX):
                answer = browser.get(address, headers=headers)
                assert answer.status_code in (200, 204, 302, 303, 304, 404, 409), (
                    address, answer.status,
                )  # fmt: skip
                self.refuse_hidden(who, address, html.unescape(answer.text))

    def addresses(self) -> list[str]:
        run = f"/runs/{self.play.key}"
        found = [f"{run}?stage={stage}" for stage in NAMES]
        found += [
            run,
            f"{run}/debrief",
            f"{run}/live?at=role-play.0.0",
            f"{run}?stage=rating&card=0",
            f"{run}/swap",
        ]
        with self.app.test_request_context():
            found += [url_for(f"lobby.{view}", code=self.play.code) for view in ("show", "live")]
        return found

    def refuse_hidden(self, who: int, address: str, page: str) -> None:
        for word in self.model.words:
            if word.text in page:
                assert self.model.may_see(who, word), f"{who} is shown {word} at {address}"
        if self.model.is_through(who):
            return
        mine = self.model.people[who].seat
        for seat, member in self.play.script.scenario.cast.items():
            if seat != mine and seat in self.model.seats and member.brief:
                assert member.brief not in page, f"{who} is shown the brief of {seat} at {address}"

    def browser_of(self, who: int) -> FlaskClient:
        known = self.__dict__.setdefault("browsers", {})
        if who not in known:
            with writing(self.session):
                token = sign_in.start_session(
                    self.session, who, device="A browser", remembered=True, now=self.play.now
                )
            known[who] = self.app.test_client()
            with known[who].session_transaction() as kept:
                kept["_user_id"], kept["_fresh"] = token, True
        browser: FlaskClient = known[who]
        return browser
