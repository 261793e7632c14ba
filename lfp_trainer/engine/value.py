"""What every part of a scenario, rubric or vocabulary file has in common.

Values are frozen and strict: unknown keys and wrong types are errors, never guesses.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

# Text comes from people and goes to a screen, a printer and two databases: NUL breaks PostgreSQL,
# lone surrogates break UTF-8, and the rest would be invisible.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Value(BaseModel):
    """A frozen, strict part of a file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _printable(text: str) -> str:
    if _UNPRINTABLE.search(text):
        raise ValueError("holds a character that cannot be printed")
    if not text.strip():
        raise ValueError("is empty")
    return text


Text = Annotated[
    str,
    Field(min_length=1, max_length=4000),
    AfterValidator(_printable),
]
"""Plain text: no HTML, no Markdown, nothing to sanitise."""

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
"""A name for a scene, choice, ending, cast member or sentence: lower case and hyphens."""

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=32)]
"""A name for a gauge or a strand, which may stand in a condition or a form field."""

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$", max_length=32)]
"""A code of the vocabulary, such as ``ILR``, ``LFP7m`` or ``central-office``."""
