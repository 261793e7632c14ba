"""What the YAML parser's complaints mean to somebody who writes cases and not programs."""

import yaml

EXPLANATIONS = (
    (
        "mapping values are not allowed",
        "has a colon where none is expected.",
        "Put text that holds a colon in quotes, and check the indentation.",
    ),
    (
        "unexpected end of stream",
        "opens a quotation mark that is never closed.",
        "Close it; inside '…' write an apostrophe twice.",
    ),
    (
        "cannot start any token",
        "begins with a character that means something to YAML.",
        "Put the text in quotes.",
    ),
    (
        "expected ',' or",
        "opens a bracket that is never closed.",
        "Close it, put commas between the parts, and quote text that holds brackets.",
    ),
    (
        "expected key",
        "cannot be read here.",
        "Check the indentation, and that text with quotation marks is quoted as a whole.",
    ),
    (
        "expected '-' indicator",
        "mixes a list with keys.",
        "Begin every entry of a list with '- ', all indented alike.",
    ),
    (
        "could not find expected ':'",
        "has a key without a colon.",
        "Write key: value; indent text that goes on over several lines.",
    ),
    (
        "unknown escape character",
        'has a \\ inside "…" that means nothing.',
        "Write \\\\ for it, or use '…'.",
    ),
    (
        "Unicode character escape",
        "has a \\u inside \"…\" that is not a character.",
        "Write the character itself.",
    ),
)  # fmt: skip


def explain(error: yaml.YAMLError) -> tuple[str, str, tuple[int, int] | None]:
    """Return what is wrong, what to do, and where, for an error of the YAML parser."""
    said = str(getattr(error, "problem", None) or error)
    mark = getattr(error, "problem_mark", None)
    message, fix = f"cannot be read: {said.splitlines()[0]}.", "Check the indentation and quotes."
    for part, meaning, help in EXPLANATIONS:
        if part in said:
            message, fix = meaning, help
    if "never closed" in message:
        # The end of the file is where the parser noticed; the opening is where the author looks.
        mark = getattr(error, "context_mark", None) or mark
    return message, fix, (mark.line + 1, mark.column + 1) if mark else None
