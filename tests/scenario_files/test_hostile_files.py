"""Files made to hurt: too large, too deep, not text. Each is refused in a second, in words."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lfp_trainer.cli import main
from lfp_trainer.errors import ScenarioError
from lfp_trainer.scenario_files import Limits, Sources, inspect, load_bundle_from
from tests import scenarios

GOOD = scenarios.to_yaml(scenarios.scenario()).encode()
RUBRIC = scenarios.to_yaml(scenarios.rubric()).encode()
VOCABULARY = scenarios.to_yaml(scenarios.vocabulary()).encode()


def sources(scenario: bytes) -> Sources:
    return Sources("small-case.yaml", scenario, "rubrics/small.yaml", RUBRIC, VOCABULARY)


def merge_bomb(levels: int) -> bytes:
    lines = ["a0: &a0 {x: 1}"]
    for number in range(1, levels):
        before = f"*a{number - 1}"
        lines.append(f"a{number}: &a{number} {{<<: [{', '.join([before] * 9)}]}}")
    return "\n".join(lines).encode()


HOSTILE: dict[str, Callable[[], tuple[bytes, str]]] = {
    "two mebibytes": lambda: (GOOD + b"# more\n" * 300_000, "larger than 256 KiB"),
    "100,000 brackets": lambda: (b"a: " + b"[" * 100_000, "nested more than 20 deep"),
    "100,000 braces": lambda: (b"{a: " * 50_000, "nested more than 20 deep"),
    "50,000 values": lambda: (b"a: [" + b"1," * 50_000 + b"1]", "more than 20,000 values"),
    "deep lists": lambda: (b"a:\n" + b"- " * 5_000 + b"x", "nested more than 20 deep"),
    "merge bomb": lambda: (merge_bomb(8), "uses a merge key"),
    "long scalar": lambda: (GOOD + b"x: " + b"y" * 30_000, "longer than 20,000 characters"),
    "long key": lambda: (b"y" * 30_000 + b": 1", "longer than 20,000 characters"),
    "5,000 digits": lambda: (b"format: " + b"9" * 5_000, "more than 9 digits"),
    "many anchors": lambda: (b"a:\n" + b"- &b c\n" * 15_000, "uses an anchor"),
    "many unknown keys": lambda: (
        b"".join(b"k%d: v\n" % number for number in range(9_000)),
        "unknown key 'k0'",
    ),
    "many unknown scenes": lambda: (
        GOOD.replace(
            b"scenes:\n",
            b"scenes:\n"
            + b"".join(
                b"  scene-%d: {title: a, goto: scene-%dx}\n" % (each, each) for each in range(1_900)
            ),
        ),
        "there is no scene 'scene-0x'",
    ),
    "many tabs": lambda: (b"\tx: 1\n" * 30_000, "indented with a tab"),
    "picture": lambda: (bytes(range(256)) * 100, "is not a text file"),
    "Latin-1": lambda: (b"format: 1\ntitle: caf\xe9\n", "is not UTF-8"),
    "UTF-16": lambda: (GOOD.decode().encode("utf-16"), "is not a text file"),
    "empty": lambda: (b"", "is empty"),
    "only comments": lambda: (b"# nothing\n", "is empty"),
    "control characters": lambda: (b"a: \x01\x02\x03", "invisible character U+0001"),
    "comments without end": lambda: (b"#" * 200_000, "is empty"),
    "question marks": lambda: (b"? " * 100_000, ""),
    "colons": lambda: (b": " * 100_000, ""),
    "quotation marks": lambda: (b'"' * 200_001, ""),
    "percent": lambda: (b"%" * 100_000, ""),
    "ampersands": lambda: (b"&" * 100_000, ""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_within_a_second(name: str) -> None:
    content, piece = HOSTILE[name]()
    begin = time.process_time()

    with pytest.raises(ScenarioError) as caught:
        load_bundle_from(sources(content))

    assert time.process_time() - begin < 1
    assert piece in str(caught.value)


@pytest.mark.parametrize("name", HOSTILE)
def test_check_lists_what_is_wrong_with_a_hostile_file_without_a_traceback(
    name: str, tmp_path: Path
) -> None:
    path = scenarios.shelve(tmp_path)
    content, piece = HOSTILE[name]()
    path.write_bytes(content)

    result = CliRunner().invoke(main, ["check", str(path)])

    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert piece in result.stderr
    assert "Error: 1 file to mend." in result.stderr


def test_not_utf_8_is_told_with_its_line_and_column() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_bundle_from(sources("format: 1\ntitle: ä".encode() + b"\xff"))

    problem = caught.value.problems[0]
    assert (problem.line, problem.column) == (2, 9)


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbf" + GOOD, GOOD.replace(b"\n", b"\r\n")],
    ids=["byte order mark", "Windows line ends"],
)
def test_what_editors_do_to_a_file_is_accepted(content: bytes) -> None:
    assert load_bundle_from(sources(content)).scenario.id == "small-case"


def test_an_alias_to_a_key_and_all_that_follows_is_given_up_with_one_complaint() -> None:
    with pytest.raises(ScenarioError, match="uses an alias"):
        load_bundle_from(sources(b"a: 1\n*b : 2\n"))


def test_a_larger_file_is_read_where_that_is_allowed() -> None:
    long = GOOD + b"# more\n" * 60_000

    bundle = load_bundle_from(sources(long), Limits(size=1024 * 1024))

    assert bundle.scenario.id == "small-case"


LINES = GOOD.decode().splitlines()
SNIPPETS = st.sampled_from(
    ["&a", "*a", "<<: ", "!!str ", "- ", ": ", "{", "}", "[", "]", "'", '"', "|", ">", "%", "\t"]
    + ["\0", "\ud7ff", "\u2028", "~", "0x1F", "1e9", "true", "2001-99-99", "end", "when: trust"]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """The good file with lines dropped, doubled, moved, indented and sprinkled with snippets."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 5)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[draw(st.integers(0, len(lines) - 1))])
            case 2:
                lines[at] = " " * draw(st.integers(1, 5)) + lines[at]
            case 3:
                lines[at] = lines[at].lstrip()
            case 4:
                column = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:column] + draw(SNIPPETS) + lines[at][column:]
            case _:
                key = lines[at].partition(":")[0]
                lines[at] = f"{key}: {draw(SNIPPETS | st.text(max_size=8))}"
        lines = lines or [""]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated() | st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_whatever_is_done_to_a_file_it_is_read_or_refused(content: bytes) -> None:
    begin = time.process_time()

    bundle, problems = inspect(sources(content))

    assert time.process_time() - begin < 1
    assert (bundle is None) == any(problem.is_error for problem in problems)
