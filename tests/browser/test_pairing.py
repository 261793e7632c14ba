"""Two browsers, from the reveal through the debrief and the swap to the comparison of both."""

from tests.browser import pairing, test_accessibility
from tests.browser.conftest import Visit
from tests.browser.server import Site


def test_both_come_from_the_reveal_to_the_comparison_of_both_ways_round(
    visit: Visit, site: Site
) -> None:
    two = pairing.meet(site, visit(), visit())
    two.alice.watch.expected |= {422}
    two.bob.watch.expected |= {422}

    pairing.go_through(two)

    assert [len(each.page.context.pages) for each in (two.alice, two.bob)] == [1, 1]


def test_no_state_on_that_way_has_violations(visit: Visit, site: Site) -> None:
    test_accessibility.found.clear()
    two = pairing.meet(site, visit(), visit())
    for each in (two.alice, two.bob):
        each.watch.expected |= {422}
        each.look = test_accessibility.examine

    pairing.go_through(two)

    assert test_accessibility.found == []
