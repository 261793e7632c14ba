"""How much the first page weighs on its way to a phone."""

from playwright.sync_api import Request

from tests.browser.conftest import Visit

MOST = 60_000


def test_the_first_load_of_the_front_door_is_light(visit: Visit) -> None:
    visitor = visit()
    finished: list[Request] = []
    visitor.page.on("requestfinished", lambda request: finished.append(request))

    visitor.page.goto("/", wait_until="networkidle")

    weights = {request.url: sum_of(request) for request in finished}
    assert len(weights) >= 4
    assert sum(weights.values()) < MOST, weights


def sum_of(request: Request) -> int:
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]
