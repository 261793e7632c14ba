"""A facilitator pairs five people in their browsers, and they meet in their lobbies."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import pairing_cohort, test_accessibility
from tests.browser.conftest import Visit
from tests.browser.server import Site
from tests.browser.story import button, heading
from tests.browser.visitor import Keyboard, Visitor

VALUES = "selects => selects.map(each => each.value)"


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


@pytest.mark.parametrize("javascript", [True, False])
def test_back_and_reload_ask_nobody_to_send_a_form_again(
    visit: Visit, site: Site, javascript: bool
) -> None:
    dana = visit(java_script_enabled=javascript)
    page = dana.page
    dana.watch.expected.add(422)
    link = pairing_cohort.make_cohort(dana, site)
    for name, position in pairing_cohort.ROOM:
        pairing_cohort.join(visit(), link, name, position)
    pairing_cohort.choose_who_is_there(dana)
    dealt = page.locator("select").evaluate_all(VALUES)

    page.reload()
    assert page.locator("select").evaluate_all(VALUES) == dealt
    page.go_back()
    expect(heading(page, "Pair people for a scenario")).to_be_visible()
    page.go_forward()
    assert page.locator("select").evaluate_all(VALUES) == dealt
    dana.press(page.get_by_role("link", name="Deal again"))
    pairing_cohort.swap_watchers(dana)
    page.reload()
    for _ in range(2):  # the one with the mistake, and the one before
        page.go_back()
        expect(heading(page, "These pairs are made")).to_be_visible()
    page.go_back()
    expect(heading(page, "These would be the pairs")).to_be_visible()


def test_the_pages_of_a_cohort_have_no_violations(visit: Visit, site: Site) -> None:
    test_accessibility.found.clear()
    visitor = visit()
    visitor.look = test_accessibility.examine

    pairing_cohort.go_through(visitor, site)

    assert test_accessibility.found == []
