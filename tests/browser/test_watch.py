"""A watch that sees nothing lets every other test pass: it must notice each kind of trouble."""

import pytest

from tests.browser.conftest import Visit

TROUBLE = {
    "another site": ("location = 'http://127.0.0.2:9/'", "request to another site"),
    "a leak": ("fetch('http://127.0.0.2:9/').catch(() => {})", "policy violated: connect-src"),
    "inline style": ("document.body.setAttribute('style', 'color: red')", "policy violated: style"),
    "a complaint": ("console.error('broken')", "console: broken"),
    "a fault": ("setTimeout(() => { throw new Error('broken') })", "error: broken"),
    "a refusal": ("fetch('/no-such-page')", "404 for GET"),
}


@pytest.mark.parametrize("kind", TROUBLE)
def test_the_watch_notices(visit: Visit, kind: str) -> None:
    script, told = TROUBLE[kind]
    visitor = visit()
    visitor.page.goto("/")

    visitor.page.evaluate(f"() => {{ {script} }}")
    visitor.page.wait_for_timeout(400)

    assert any(told in complaint for complaint in visitor.watch.found), visitor.watch.found
    visitor.watch.found.clear()
