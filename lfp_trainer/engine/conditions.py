"""The small expression language of ``when``.

Gauges, whole numbers, comparisons, ``visited("scene")``, ``chose("choice")``, ``and``, ``or``,
``not``. Author text is parsed with Python's own parser, checked against a whitelist of node types
and rebuilt as our own tree; nothing of what an author wrote is ever evaluated as Python.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lfp_trainer.errors import ConditionError

MAX_LENGTH = 300
MAX_NUMBER = 1_000_000

Gauges = tuple[int, ...]
Test = Callable[[Gauges, int], bool]
"""Takes the gauges and the marks (a bit for each scene visited and choice made) of a position."""

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
OPERATORS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

CURLY = dict.fromkeys(map(ord, "“”„‟«»"), '"') | dict.fromkeys(map(ord, "‘’‚‛"), "'")
"""What a word processor makes of straight quotation marks."""

SLIPS = (
    (re.compile(r"=>|≥"), ">="),
    (re.compile(r"=<|≤"), "<="),
    (re.compile(r"<>|=!|≠"), "!="),
    (re.compile(r"(?<![<>=!])=(?!=)"), "=="),
    (re.compile(r"&&?"), "and"),
    (re.compile(r"\|\|?"), "or"),
)
"""What people write who know another notation, and what it is here."""

UPPER = re.compile(r"\b(AND|And|OR|Or|NOT|Not)\b")
BARE_NAME = re.compile(r"[A-Za-z0-9_-]+")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


@dataclass(frozen=True, slots=True)
class Number:
    value: int


@dataclass(frozen=True, slots=True)
class Gauge:
    name: str


@dataclass(frozen=True, slots=True)
class Visited:
    scene: str


@dataclass(frozen=True, slots=True)
class Chose:
    choice: str


@dataclass(frozen=True, slots=True)
class Compare:
    """``left op right``; a chain such as ``0 <= trust < 3`` becomes an :class:`All` of these."""

    left: Number | Gauge
    op: str
    right: Number | Gauge


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


Condition = Compare | Visited | Chose | All | Any | Not


@lru_cache(maxsize=4096)
def parse(text: str) -> Condition:
    """Read a condition; the same text is read once, since authors repeat themselves.

    :raise ConditionError: if it is anything but the small language above
    """
    if len(text) > MAX_LENGTH:
        raise ConditionError(f"is longer than {MAX_LENGTH} characters; split it into simpler lines")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConditionError(f"cannot be read; {_likely_fix(text)}") from error
    return _condition(tree.body)


def _likely_fix(text: str) -> str:
    """Return what to write instead of a text that is no condition."""
    if (straight := text.translate(CURLY)) != text:
        return f"use straight quotes: {straight}"
    bare = QUOTED.sub("", text)
    for slip, meant in SLIPS:
        if found := slip.search(bare):
            return f"use {meant} in place of {found[0]}"
    if found := UPPER.search(bare):
        return f"write {found[0].lower()} in small letters"
    return 'write it like: trust >= 1 and not visited("log")'


def _condition(node: ast.expr) -> Condition:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return All(tuple(_condition(value) for value in values))
        case ast.BoolOp(op=ast.Or(), values=values):
            return Any(tuple(_condition(value) for value in values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Not(_condition(operand))
        case ast.Compare():
            return _comparison(node)
        case ast.Call():
            return _question(node)
        case ast.Name(id=name):
            raise ConditionError(
                f"'{name}' alone is neither true nor false; compare it: {name} >= 1"
            )
    raise ConditionError(
        f"may not use {_named(node)}; allowed are gauges, whole numbers, comparisons,"
        " visited(), chose(), and, or, not"
    )


def _comparison(node: ast.Compare) -> Condition:
    operands = [_operand(each) for each in (node.left, *node.comparators)]
    parts: list[Condition] = []
    for left, op, right in zip(operands, node.ops, operands[1:], strict=False):
        symbol = COMPARISONS.get(type(op))
        if symbol is None:
            raise ConditionError("may compare only with ==, !=, <, <=, > and >=")
        parts.append(Compare(left, symbol, right))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _operand(node: ast.expr) -> Number | Gauge:
    match node:
        case ast.Constant(value=bool()):
            raise ConditionError("may not use true or false; compare a gauge with a whole number")
        case ast.Constant(value=int(value)) if abs(value) <= MAX_NUMBER:
            return Number(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))) if (
            not isinstance(value, bool) and abs(value) <= MAX_NUMBER
        ):
            return Number(-value)
        case ast.Name(id=name):
            return Gauge(name)
    raise ConditionError(
        f"may not compare {_named(node)}; compare a gauge with a whole number: trust >= 1"
    )


def _question(node: ast.Call) -> Condition:
    match node:
        case ast.Call(
            func=ast.Name(id="visited" | "chose" as name),
            args=[ast.Constant(value=str(target))],
            keywords=[],
        ):
            return Visited(target) if name == "visited" else Chose(target)
        case ast.Call(func=ast.Name(id="visited" | "chose" as name), args=[argument], keywords=[]):
            if BARE_NAME.fullmatch(target := ast.unparse(argument).replace(" ", "")):
                raise ConditionError(f'put quotes around {target}: {name}("{target}")')
    raise ConditionError('may call only visited("scene") and chose("choice")')


def _named(node: ast.expr) -> str:
    return {"Constant": "a bare value", "BinOp": "arithmetic", "Attribute": "dots"}.get(
        type(node).__name__, type(node).__name__.lower()
    )


def leaves(condition: Condition) -> Iterator[Gauge | Visited | Chose]:
    """Yield every gauge, scene and choice a condition speaks of."""
    match condition:
        case Compare(left=left, right=right):
            yield from (side for side in (left, right) if isinstance(side, Gauge))
        case Visited() | Chose():
            yield condition
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from leaves(part)
        case Not(part=part):
            yield from leaves(part)


def compile_test(
    condition: Condition, *, gauges: Mapping[str, int], marks: Mapping[Visited | Chose, int]
) -> Test:
    """Turn a condition into a function of a position's gauges and marks.

    :param gauges: where each gauge stands in the tuple of gauges
    :param marks: the bit of each scene visited and each choice made
    """

    def build(part: Condition) -> Test:
        match part:
            case Compare(left=left, op=op, right=right):
                return _compile_comparison(left, OPERATORS[op], right, gauges)
            case Visited() | Chose():
                bit = marks[part]
                return lambda _, seen: seen & bit != 0
            case All(parts=parts):
                tests = tuple(build(each) for each in parts)
                return lambda levels, seen: all(test(levels, seen) for test in tests)
            case Any(parts=parts):
                tests = tuple(build(each) for each in parts)
                return lambda levels, seen: any(test(levels, seen) for test in tests)
            case Not(part=inner):
                test = build(inner)
                return lambda levels, seen: not test(levels, seen)

    return build(condition)


def _compile_comparison(
    left: Number | Gauge,
    holds: Callable[[int, int], bool],
    right: Number | Gauge,
    gauges: Mapping[str, int],
) -> Test:
    match left, right:
        case Gauge(name=name), Number(value=value):
            at = gauges[name]
            return lambda levels, _: holds(levels[at], value)
        case Number(value=value), Gauge(name=name):
            at = gauges[name]
            return lambda levels, _: holds(value, levels[at])
        case Gauge(name=one), Gauge(name=other):
            first, second = gauges[one], gauges[other]
            return lambda levels, _: holds(levels[first], levels[second])
        case Number(value=one_value), Number(value=other_value):
            always = holds(one_value, other_value)
            return lambda *_: always
    raise AssertionError("a comparison has two operands")
