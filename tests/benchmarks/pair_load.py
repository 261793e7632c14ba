"""Pairs in conversation, in a process of their own: every page asks every two seconds, somebody in
each pair chooses every ten, and the other is led on to what came of it, as a browser would be.

One loop over sockets that stay open. An answer is timed from when it was due to be asked for, so
that a generator or a server that lags cannot hide it. Run as a program, like ``load.py``.
"""

import html
import json
import re
import resource
import selectors
import socket
import sys
import time
from dataclasses import asdict, dataclass, field
from random import Random
from urllib.parse import urlencode

POLL = 2.0
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
STEP = re.compile(r'name="step" value="(\d+)"')
CHOICE = re.compile(r'name="choice"\s+value="([^"]*)"')
SHOWN = re.compile(r'id="shown"[^>]*value="([^"]*)"')
DUE = re.compile(r'id="due"[^>]*value="([^"]*)"')
TAG = re.compile(r'hx-ptag="([^"]*)"')
GO = re.compile(r'data-go href="([^"]*)"')
HEADER_TAG = re.compile(rb"\r\nhx-ptag: *([^\r]+)", re.IGNORECASE)
COOKIE = re.compile(rb"\r\nset-cookie: *(session=[^;]+)", re.IGNORECASE)
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plan:
    """Which runs are played on which server, and for how long."""

    port: int
    seconds: float
    keys: list[str]
    cookies: list[list[str]]
    """For each run, one for each of its people."""
    move_every: float = 10.0
    """Seconds between two choices of a pair; 0 where the pages only ask."""


@dataclass(slots=True)
class Figures:
    """What came of it."""

    seconds: float = 0.0
    polls: list[float] = field(default_factory=list)
    """In milliseconds, those after the first two seconds."""
    unchanged: int = 0
    """How many of them were answered with 304."""
    moves: list[float] = field(default_factory=list)
    led_on: list[float] = field(default_factory=list)
    taken: dict[str, list[str]] = field(default_factory=dict)
    """For each run, the choices that were acknowledged, in order."""
    errors: list[str] = field(default_factory=list)
    opened_in: float = 0.0
    """Seconds that it took to open all pages, before any timing."""
    cpu: float = 0.0
    """Seconds that this process has computed while it was timing."""


class Person:
    """One browser of a pair: a connection, a page, and what it asks for next."""

    def __init__(self, plan: Plan, key: str, cookie: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", plan.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host, self.key, self.cookie = f"Host: 127.0.0.1:{plan.port}\r\n", key, cookie
        self.token = self.at = self.due = self.tag = ""
        self.step, self.choices = 0, list[str]()
        self.buffer, self.asked, self.since, self.sent = b"", "", 0.0, ""
        self.next_poll = 0.0

    def get(self, path: str, kind: str, since: float) -> None:
        part = "" if kind == "page" else "HX-Request: true\r\nHX-Request-Type: partial\r\n"
        tag = f"HX-PTag: {self.tag}\r\n" if kind == "poll" and self.tag else ""
        self._send(f"GET {path} HTTP/1.1\r\n{self._head()}{part}{tag}\r\n", kind, since)

    def poll(self, since: float) -> None:
        known = urlencode({"at": self.at} | ({"due": self.due} if self.due else {}))
        self.get(f"/runs/{self.key}/live?{known}", "poll", since)

    def choose(self, choice: str, since: float) -> None:
        sent = {"csrf_token": self.token, "step": self.step, "choice": choice,
                "reason": "It keeps the door open.", "at": self.at}  # fmt: skip
        body, self.sent = urlencode(sent), choice
        self._send(
            f"POST /runs/{self.key}/choices HTTP/1.1\r\n{self._head()}"
            "HX-Request: true\r\nHX-Request-Type: partial\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}",
            "move", since,
        )  # fmt: skip

    def _head(self) -> str:
        return f"{self.host}Cookie: {self.cookie}\r\nAccept: text/html\r\n"

    def _send(self, text: str, kind: str, since: float) -> None:
        self.buffer, self.asked, self.since = b"", kind, since
        self.socket.sendall(text.encode("ascii"))

    def receive(self) -> tuple[int, str] | None:
        """Read what has come; return status and body once the answer is complete."""
        came = self.socket.recv(1 << 18)
        if not came:
            raise ConnectionError("the server closed the connection")
        self.buffer += came
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        status, found = int(self.buffer[9:12]), LENGTH.search(self.buffer, 0, end + 2)
        if status not in (204, 304):
            if found is None:
                raise ConnectionError("an answer without a length")
            if len(self.buffer) < end + 4 + int(found[1]):
                return None
        return status, self.buffer[end + 4 :].decode()

    def keep(self, body: str) -> None:
        """Take from an answer what a page would show from now on."""
        if self.asked == "page" and (cookie := COOKIE.search(self.buffer)):
            self.cookie = cookie[1].decode()
        for name, pattern in (("token", TOKEN), ("at", SHOWN), ("due", DUE), ("tag", TAG)):
            if found := pattern.search(body):
                setattr(self, name, html.unescape(found[1]))
        if tag := HEADER_TAG.search(self.buffer):
            self.tag = tag[1].decode()
        if self.asked != "poll":
            # The other form with responses on it is for a private note.
            on_turn = f'action="/runs/{self.key}/choices"' in body
            self.choices = CHOICE.findall(body) if on_turn else []
            if step := STEP.search(body):
                self.step = int(step[1])


class Room:
    """All pairs, and when each asks for what."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.figures, self.dice = plan, Figures(), Random(5)
        self.waiting = selectors.DefaultSelector()
        self.pairs = [
            [Person(plan, key, cookie) for cookie in cookies]
            for key, cookies in zip(plan.keys, plan.cookies, strict=True)
        ]
        self.people = [person for pair in self.pairs for person in pair]
        for person in self.people:
            self.waiting.register(person.socket, selectors.EVENT_READ, person)

    def play(self) -> Figures:
        opens_at = time.perf_counter()
        for start in range(0, len(self.people), 8):
            self._open(self.people[start : start + 8])
        started = time.perf_counter()
        self.figures.opened_in = started - opens_at
        self.measured_from, ends_at = started + POLL, started + self.plan.seconds + POLL
        for person in self.people:
            person.next_poll = started + self.dice.random() * POLL
        next_move = [started + POLL + self.dice.random() * self.plan.move_every for _ in self.pairs]
        before = _cpu()
        while (now := time.perf_counter()) < ends_at:
            self._ask(now, next_move)
            for key, _ in self.waiting.select(timeout=0.005):
                self._take(key.data)
        self._finish()
        self.figures.seconds, self.figures.cpu = ends_at - started, _cpu() - before
        return self.figures

    def _open(self, people: list[Person]) -> None:
        for person in people:
            person.get(f"/runs/{person.key}?stage=role-play", "page", time.perf_counter())
        self._finish()

    def _finish(self) -> None:
        """Wait for what is still asked for."""
        patience = time.monotonic() + 30
        while any(person.asked for person in self.people):
            for key, _ in self.waiting.select(timeout=1):
                self._take(key.data)
            if time.monotonic() > patience:
                raise RuntimeError("no answer within 30 s")

    def _ask(self, now: float, next_move: list[float]) -> None:
        every = self.plan.move_every
        for number, pair in enumerate(self.pairs):
            if every and now >= next_move[number]:
                mover = next((each for each in pair if each.choices and not each.asked), None)
                if mover is not None:
                    mover.choose(self.dice.choice(mover.choices), now)
                    next_move[number] += every
            for person in pair:
                if now >= person.next_poll and not person.asked:
                    person.poll(person.next_poll)
                    person.next_poll = max(person.next_poll + POLL, now)

    def _take(self, person: Person) -> None:
        answer = person.receive()
        if answer is None:
            return
        status, body = answer
        now, kind = time.perf_counter(), person.asked
        took = (now - person.since) * 1000
        if status != 200 and not (kind == "poll" and status == 304):
            self.figures.errors.append(f"{kind} {person.key}: {status} {body[:300]}")
        if kind == "move" and status == 200:
            self.figures.taken.setdefault(person.key, []).append(person.sent)
        if status == 200:
            person.keep(body)
        person.asked = ""
        if kind != "page" and now >= self.measured_from:
            self._note(kind, status, took)
        if kind == "poll" and status == 200 and (go := GO.search(body)):
            person.get(html.unescape(go[1]), "led on", now)

    def _note(self, kind: str, status: int, took: float) -> None:
        figures = self.figures
        into = {"poll": figures.polls, "move": figures.moves, "led on": figures.led_on}
        into[kind].append(took)
        figures.unchanged += status == 304


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    json.dump(asdict(Room(Plan(**json.load(sys.stdin))).play()), sys.stdout)


if __name__ == "__main__":
    main()
