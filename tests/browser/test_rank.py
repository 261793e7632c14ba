"""Rank and reason in a real browser: by finger, by keyboard, without JavaScript, and back."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import ranking, story, test_accessibility
from tests.browser.conftest import Visit
from tests.browser.ranking import order, places, put, why
from tests.browser.story import button, heading
from tests.browser.test_walks import on_a_phone
from tests.browser.visitor import Keyboard, Visitor


@pytest.fixture
def ranks(visit: Visit) -> Visitor:
    """Somebody at the first moment, about to rank."""
    visitor = visit()
    story.come_to_the_conversation(visitor)
    ranking.begin(visitor)
    return visitor


def is_in_ranking(page: Page, step: int) -> None:
    expect(page.locator(f".now input[name=step][value='{step}']")).to_have_count(1)
    expect(places(page).first).to_be_visible()
    assert "way=rank" in page.url


def traded(page: Page) -> Locator:
    return page.get_by_role("status").and_(page.locator("[data-traded]"))


def test_a_whole_conversation_by_ranking_fits_a_phone(visit: Visit) -> None:
    visitor, unfit = on_a_phone(visit)
    story.come_to_the_conversation(visitor)

    ranking.begin(visitor)
    ranking.converse(visitor)
    ranking.look_back(visitor)

    assert unfit == []


def test_it_fits_the_smallest_screen_with_a_word_without_end(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "WHY", "Donaudampfschifffahrt" * 20)
    visitor, unfit = on_a_phone(visit, width=320)
    story.come_to_the_conversation(visitor)
    ranking.begin(visitor)

    ranking.write(visitor)
    ranking.send(visitor)
    visitor.at("after an order")

    assert unfit == []


def test_a_whole_conversation_by_ranking_works_without_javascript(visit: Visit) -> None:
    visitor = visit(java_script_enabled=False)
    page = visitor.page
    story.come_to_the_conversation(visitor)
    ranking.begin(visitor)
    ranking.write(visitor)
    ranking.send(visitor)

    # It leads to what the response led to, with the reference's order below and then the story.
    assert page.url.endswith("?stage=role-play&way=rank#step-1")
    expect(page.locator("#step-1 .consequence")).to_be_in_viewport()
    ranking.converse(visitor)
    ranking.look_back(visitor)


def test_a_whole_conversation_by_ranking_works_with_the_keyboard_alone(visit: Visit) -> None:
    visitor = visit(Keyboard)
    assert isinstance(visitor, Keyboard)
    story.come_to_the_conversation(visitor)

    before = visitor.swaps_seen
    ranking.begin(visitor)
    ranking.converse(visitor)

    assert visitor.swaps_seen > before + 3


def test_places_that_are_taken_are_traded(ranks: Visitor) -> None:
    page = ranks.page
    for number in (1, 2, 3, 4):
        put(ranks, number, number)

    put(ranks, 4, 1)

    assert order(page) == ["4", "2", "3", "1"]
    expect(traded(page)).to_have_text("The response that had this place is now 4th.")
    put(ranks, 2, 3)
    put(ranks, 2, 4)
    assert sorted(order(page)) == ["1", "2", "3", "4"]


def test_a_place_taken_before_one_was_given_leaves_the_other_without(ranks: Visitor) -> None:
    put(ranks, 1, 1)
    put(ranks, 3, 1)

    assert order(ranks.page) == ["", "", "1", ""]
    expect(traded(ranks.page)).to_have_text("The response that had this place needs another one.")


def test_number_keys_take_no_response_while_ranking(ranks: Visitor) -> None:
    page = ranks.page
    expect(page.locator(".now legend:focus")).to_be_visible()

    page.keyboard.press("1")
    page.keyboard.press("2")

    page.wait_for_timeout(300)
    is_in_ranking(page, 0)
    assert order(page) == ["", "", "", ""]


def test_what_was_written_of_why_goes_along_from_picking_to_ranking_and_back(
    visit: Visit,
) -> None:
    visitor = visit()
    page = visitor.page
    story.come_to_the_conversation(visitor)
    visitor.press(page.get_by_text("Note why you choose it"))
    visitor.write(page.get_by_label("Why?"), "Because of Ana.")

    ranking.begin(visitor)
    expect(why(page)).to_have_value("Because of Ana.")
    visitor.write(why(page), "Because of Ana and Paul.")
    visitor.press(page.get_by_role("link", name="Pick one instead"))

    expect(page.get_by_label("Why?")).to_have_value("Because of Ana and Paul.")
    expect(page.locator(".now legend:focus")).to_be_in_viewport()
    story.respond(visitor)
    expect(page.get_by_text("“Because of Ana and Paul.”")).to_be_visible()
    expect(page.locator("#reason")).to_have_value("")


def test_the_way_may_change_in_the_middle(ranks: Visitor) -> None:
    page = ranks.page
    ranking.write(ranks)
    ranking.send(ranks)
    is_in_ranking(page, 1)

    ranks.press(page.get_by_role("link", name="Pick one instead"))
    expect(page.locator(".now button.choice").first).to_be_visible()
    # What stands above is as it was: the latest order is still open.
    expect(page.locator(".ranked[open]")).to_have_count(1)
    story.respond(ranks)

    expect(page.locator(".now button.choice").first).to_be_visible()
    expect(page.locator(".ranked[open]")).to_have_count(0)
    assert "way=" not in page.url


def test_what_the_response_led_to_has_focus_and_earlier_orders_are_folded(ranks: Visitor) -> None:
    page = ranks.page
    ranking.write(ranks)
    ranking.send(ranks)
    expect(page.locator("#step-1:focus .consequence")).to_be_in_viewport()
    ranking.write(ranks, turned=True)
    ranking.send(ranks)

    expect(page.locator(".ranked")).to_have_count(2)
    expect(page.locator(".ranked[open]")).to_have_count(1)
    expect(page.locator(".ranked").last).to_have_attribute("open", "")
    expect(page.locator(".coaching:not(.ranked)[open]")).to_have_count(0)


def test_a_reload_stays_in_ranking_and_shows_the_same(ranks: Visitor) -> None:
    page = ranks.page
    ranking.write(ranks)
    ranking.send(ranks)
    before = page.locator(".ranked").inner_text()

    page.reload()

    is_in_ranking(page, 1)
    assert page.locator(".ranked").inner_text() == before


def test_back_leads_out_of_ranking_to_the_run_as_it_is(ranks: Visitor) -> None:
    page = ranks.page
    ranking.write(ranks)
    ranking.send(ranks)

    page.go_back()

    expect(page.locator(".now button.choice").first).to_be_visible()
    assert story.steps_taken(page) == 1
    page.go_forward()
    is_in_ranking(page, 1)
    page.go_back()
    expect(page.locator(".now button.choice").first).to_be_visible()
    page.go_back()
    expect(heading(page, "Your ratings beside the reference")).to_be_visible()


def test_a_page_that_back_brings_out_of_date_is_refused_with_its_words(visit: Visit) -> None:
    visitor = visit(java_script_enabled=False)
    page = visitor.page
    visitor.watch.expected.add(409)
    story.come_to_the_conversation(visitor)
    ranking.begin(visitor)
    other = page.context.new_page()
    other.goto(page.url)
    elsewhere = Visitor(other, visitor.watch)
    ranking.write(elsewhere)
    ranking.send(elsewhere)

    ranking.write(visitor, turned=True)
    visitor.press(button(page, "Send my order"))

    expect(page.get_by_text("no longer current")).to_be_visible()
    expect(page.get_by_text(f"You had written: “{ranking.WHY}”")).to_be_visible()
    expect(page.locator(".ranked")).to_have_count(1)


@pytest.mark.parametrize("javascript", [True, False])
def test_an_order_with_a_place_used_twice_says_so_and_keeps_what_was_typed(
    visit: Visit, javascript: bool
) -> None:
    visitor = visit(java_script_enabled=javascript)
    page = visitor.page
    visitor.watch.expected.add(422)
    story.come_to_the_conversation(visitor)
    ranking.begin(visitor)
    for number, place in enumerate((1, 2, 3, 3) if not javascript else (1, 2, 3, 4), start=1):
        put(visitor, number, place)
    visitor.write(why(page), "  " if javascript else ranking.WHY)

    visitor.press(button(page, "Send my order"))

    alert = page.get_by_role("alert")
    if javascript:
        expect(alert).to_contain_text("Say in a few words why you rank them this way.")
        expect(alert).to_be_focused()
        expect(why(page)).to_have_attribute("aria-invalid", "true")
        assert order(page) == ["1", "2", "3", "4"]
    else:
        expect(alert).to_contain_text("3 is used more than once, 4 is still free.")
        expect(why(page)).to_have_value(ranking.WHY)
        assert order(page) == ["1", "2", "3", "3"]
        for number in (2, 3):
            expect(places(page).nth(number)).to_have_attribute("aria-invalid", "true")
    put(visitor, 4, 4)
    visitor.write(why(page), ranking.WHY)
    ranking.send(visitor)
    is_in_ranking(page, 1)


def test_a_double_click_is_one_order(ranks: Visitor) -> None:
    page = ranks.page
    ranking.write(ranks)

    button(page, "Send my order").dblclick()

    expect(page.locator(".ranked")).to_have_count(1)
    is_in_ranking(page, 1)


def test_no_state_of_ranking_has_violations(visit: Visit) -> None:
    test_accessibility.found.clear()
    visitor = visit()
    visitor.watch.expected.add(422)
    page = visitor.page
    story.come_to_the_conversation(visitor)
    visitor.look = test_accessibility.examine
    ranking.begin(visitor)
    page.locator(".now form").evaluate("form => { form.noValidate = true }")
    put(visitor, 1, 2)
    visitor.press(button(page, "Send my order"))
    expect(page.get_by_role("alert")).to_be_focused()
    visitor.at("ranking, refused")
    ranking.converse(visitor)
    ranking.look_back(visitor)
    visitor.press(page.get_by_role("link", name="Debrief to print"))
    expect(page).to_have_url(re.compile(r"/runs/[^/]+/debrief$"))
    visitor.at("printed debrief of a ranked play")

    assert test_accessibility.found == []
