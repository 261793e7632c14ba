"""How easily a text reads, and how long a play takes.

Reading ease is Rudolf Flesch's formula ("A new readability yardstick", Journal of Applied
Psychology 32, 1948), the grade is the one of Kincaid, Fishburne, Rogers and Chissom (Research
Branch Report 8-75, Naval Technical Training, 1975). How syllables are counted is ours and rough: it
is right for most words, and the same for every file.

People read English prose silently at about 238 words a minute (Brysbaert, "How many words do we
read per minute?", Journal of Memory and Language 109, 2019). We take 230. A minute to weigh each
decision and ten for the diagnosis and the ratings are ours, until real plays are timed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

WORDS_A_MINUTE = 230
MINUTES_A_DECISION = 1
MINUTES_TO_RATE = 10
"""For the diagnosis and the ratings together."""

_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
_SENTENCE = re.compile(r"[.!?…]+[\"'”’)]*(?:\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^aeiouyl]e|[aeiouy]les?|[^aeiouytd]ed|[^aeiouylcghsxz]es)$")


@dataclass(frozen=True, slots=True)
class Ease:
    """How a text reads: 60 to 70 is plain English, and the grade is one of an American school."""

    words: int
    flesch: float
    grade: float


def ease_of(texts: Iterable[str]) -> Ease | None:
    """Return how texts read together, each of them at least one sentence; None without words."""
    words, sentences, syllables = 0, 0, 0
    for text in texts:
        found = _WORD.findall(text)
        words += len(found)
        syllables += sum(map(syllables_in, found))
        # A text that ends without a full stop ends a sentence all the same.
        sentences += max(len(_SENTENCE.findall(text)), 1) if found else 0
    if not words:
        return None
    length, weight = words / sentences, syllables / words
    return Ease(
        words=words,
        flesch=round(206.835 - 1.015 * length - 84.6 * weight, 1),
        grade=round(0.39 * length + 11.8 * weight - 15.59, 1),
    )


def syllables_in(word: str) -> int:
    """Return about how many syllables a word has: its groups of vowels, less a silent ending."""
    word = word.lower().replace("’", "'").removesuffix("'s").replace("'", "")
    groups = len(_VOWELS.findall(word))
    return max(groups - (1 if _SILENT.search(word) else 0), 1)


def minutes_for(words: int, decisions: int) -> float:
    """Return how long a play takes, diagnosis and ratings included."""
    return words / WORDS_A_MINUTE + decisions * MINUTES_A_DECISION + MINUTES_TO_RATE
