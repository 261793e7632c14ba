from tests.browser.conftest import Visit
from tests.browser.story import play_through


def test_the_whole_walk_works_without_javascript(visit: Visit) -> None:
    play_through(visit(java_script_enabled=False))


def test_the_whole_walk_works(visit: Visit) -> None:
    play_through(visit())
