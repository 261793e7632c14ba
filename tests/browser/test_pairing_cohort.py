"""A facilitator pairs five people in their browsers, and they meet in their lobbies."""

import re

from playwright.sync_api import expect

from tests.browser import pairing_cohort, test_accessibility
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import button
from tests.browser.visitor import Keyboard, Visitor


def test_five_people_are_paired_and_two_of_them_begin(visit: Visit, site: Site) -> None:
    dana = visit()
    dana.watch.expected.add(422)
    link = pairing_cohort.make_cohort(dana, site)
    people: dict[str, Visitor] = {}
    for name, position in pairing_cohort.ROOM:
        people[name] = visit()
        pairing_cohort.join(people[name], link, name, position)
    pairing_cohort.choose_who_is_there(dana)
    pairing_cohort.swap_watchers(dana)

    groups = dana.page.locator("#pairs ~ ol > li").all_inner_texts()
    pairs = [re.findall("Ana|Ben|Cleo|Dov|Eve", each) for each in groups]
    assert sorted(name for pair in pairs for name in pair) == sorted(people)
    assert [len(pair) for pair in pairs] == [2, 3]
    for each in pairs[0]:
        pairing_cohort.open_invitation(people[each])
    for each in pairs[0]:
        people[each].press(button(people[each].page, "I am ready"))
    for each in pairs[0]:
        expect(people[each].page.locator("#stage")).to_be_visible()
    dana.page.reload()
    assert dana.page.locator("#pairs ~ ol > li").all_inner_texts() == groups


def test_pairs_are_made_with_the_keyboard_alone(visit: Visit, site: Site) -> None:
    dana = visit(Keyboard)
    dana.watch.expected.add(422)
    link = pairing_cohort.make_cohort(dana, site)
    for name, position in pairing_cohort.ROOM:
        pairing_cohort.join(visit(), link, name, position)

    pairing_cohort.choose_who_is_there(dana)
    pairing_cohort.swap_watchers(dana)


def test_it_works_without_javascript(visit: Visit, site: Site) -> None:
    dana = visit(java_script_enabled=False)
    dana.watch.expected.add(422)
    link = pairing_cohort.make_cohort(dana, site)
    for name, position in pairing_cohort.ROOM:
        pairing_cohort.join(visit(java_script_enabled=False), link, name, position)

    pairing_cohort.choose_who_is_there(dana)
    pairing_cohort.swap_watchers(dana)


def test_the_pages_of_a_cohort_have_no_violations(visit: Visit, site: Site) -> None:
    test_accessibility.found.clear()
    visitor = visit()
    visitor.look = test_accessibility.examine

    pairing_cohort.go_through(visitor, site)

    assert test_accessibility.found == []
