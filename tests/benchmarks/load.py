"""Many learners at once, in a process of their own: sends choices and times the answers.

One loop over sockets that stay open. A learner sends the next choice when the last is answered,
with the form token that the answer carried, as a browser would. Run as a program: a plan as JSON on
standard input, the figures as JSON on standard output.
"""

import json
import re
import selectors
import socket
import sys
import time
from dataclasses import asdict, dataclass, field
from urllib.parse import urlencode

TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')
COOKIE = re.compile(rb"\r\nset-cookie: *(session=[^;]+)", re.IGNORECASE)
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """One choice to send, and what the page that answers it must contain."""

    key: str
    step: int
    choice: str
    reason: str
    expected: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Who sends what to which server, and for how long."""

    port: int
    seconds: float
    cookies: list[str]
    turns: list[list[Turn]]
    """For each learner, in order; a round ends early when somebody has none left."""


@dataclass(slots=True)
class Figures:
    """What came of it."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    """In milliseconds, one for each answer that was as expected."""
    sizes: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    """For each learner, how many turns were answered."""
    errors: list[str] = field(default_factory=list)


class Learner:
    """One connection with its cookie, its form token and what is still to be sent."""

    def __init__(self, port: int, cookie: str, turns: list[Turn]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host = f"Host: 127.0.0.1:{port}\r\n"
        self.cookie = cookie
        self.turns = turns
        self.done = 0
        self.token = ""
        self.buffer = b""
        self.sent_at = 0.0

    def open_page(self) -> None:
        """Load the page of the first run, for its form token and the cookie that goes with it."""
        self._send(
            f"GET /runs/{self.turns[0].key} HTTP/1.1\r\n{self.host}Cookie: {self.cookie}\r\n\r\n"
        )
        while (answer := self.receive()) is None:
            pass
        if found := COOKIE.search(self.buffer):
            self.cookie = found[1].decode()
        self._keep_token(answer[1])
        if not self.token:
            raise RuntimeError(f"no form token in {answer[0]} {answer[1][:300]!r}")

    def choose(self) -> None:
        """Send the next choice."""
        turn = self.turns[self.done]
        body = urlencode(
            {
                "csrf_token": self.token,
                "step": turn.step,
                "reason": turn.reason,
                "choice": turn.choice,
            }
        )
        self._send(
            f"POST /runs/{turn.key}/choices HTTP/1.1\r\n{self.host}Cookie: {self.cookie}\r\n"
            "HX-Request: true\r\nHX-Request-Type: partial\r\nAccept: text/html\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def _send(self, text: str) -> None:
        self.buffer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(text.encode("ascii"))

    def receive(self) -> tuple[int, bytes] | None:
        """Read what has come; return status and body once the answer is complete."""
        came = self.socket.recv(1 << 18)
        if not came:
            raise ConnectionError("the server closed the connection")
        self.buffer += came
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        found = LENGTH.search(self.buffer, 0, end + 2)
        if found is None:
            raise ConnectionError("an answer without a length")
        if len(self.buffer) < end + 4 + int(found[1]):
            return None
        return int(self.buffer[9:12]), self.buffer[end + 4 :]

    def take(self, status: int, body: bytes) -> str:
        """Check an answer; return what is wrong with it."""
        turn = self.turns[self.done]
        if status != 200 or turn.expected.encode() not in body:
            return f"{turn}: {status} {body[:300]!r}"
        self.done += 1
        self._keep_token(body)
        return ""

    def _keep_token(self, body: bytes) -> None:
        if found := TOKEN.search(body):
            self.token = found[1].decode()


def _receive_all(
    learners: list[Learner], waiting: selectors.BaseSelector, ends_at: float, figures: Figures
) -> None:
    open_answers = len(learners)
    while open_answers:
        ready = waiting.select(timeout=30)
        if not ready:
            figures.errors.append("no answer within 30 s")
            return
        for key, _ in ready:
            learner: Learner = key.data
            answer = learner.receive()
            if answer is None:
                continue
            now = time.perf_counter()
            if wrong := learner.take(*answer):
                figures.errors.append(wrong)
                ends_at = 0.0
            else:
                figures.latencies.append((now - learner.sent_at) * 1000)
                figures.sizes.append(len(answer[1]))
            if learner.done == len(learner.turns):
                ends_at = 0.0
            if now < ends_at:
                learner.choose()
            else:
                open_answers -= 1


def drive(plan: Plan) -> Figures:
    """Send choices until the time is over or somebody has no more, or something goes wrong."""
    figures, waiting = Figures(), selectors.DefaultSelector()
    learners = [
        Learner(plan.port, cookie, turns)
        for cookie, turns in zip(plan.cookies, plan.turns, strict=True)
    ]
    for learner in learners:
        learner.open_page()
        waiting.register(learner.socket, selectors.EVENT_READ, learner)
    started = time.perf_counter()
    for learner in learners:
        learner.choose()
    _receive_all(learners, waiting, started + plan.seconds, figures)
    figures.seconds = time.perf_counter() - started
    figures.done = [learner.done for learner in learners]
    return figures


def main() -> None:
    data = json.load(sys.stdin)
    turns = [[Turn(**turn) for turn in turns] for turns in data.pop("turns")]
    json.dump(asdict(drive(Plan(turns=turns, **data))), sys.stdout)


if __name__ == "__main__":
    main()
