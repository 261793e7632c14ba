"""A facilitator at a laptop and a learner on a phone: a comment, an answer, both read."""

import pytest

from tests.browser import commenting, test_accessibility
from tests.browser.commenting import Shared
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.visitor import Finger, Visitor

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


def walk(dana: Visitor, alice: Visitor, shared: Shared) -> None:
    commenting.find_the_run(dana, shared)
    commenting.comment(dana)
    commenting.read_and_answer(alice, shared)
    commenting.mark_as_read(dana, shared)
    commenting.mark_one_as_read(alice, dana, shared)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_comment_is_written_read_and_answered(visit: Visit, site: Site, javascript: bool) -> None:
    dana = visit(java_script_enabled=javascript)
    alice = visit(Finger, java_script_enabled=javascript, **PHONE)

    walk(dana, alice, Shared.make(site))


def test_the_pages_of_comments_have_no_violations(visit: Visit, site: Site) -> None:
    test_accessibility.found.clear()
    dana, alice = visit(), visit(Finger, **PHONE)
    dana.look = alice.look = test_accessibility.examine

    walk(dana, alice, Shared.make(site))

    assert test_accessibility.found == []
