"""A list of names as people paste it: what is understood, what is not, and how to mend that."""

import pytest

from lfp_trainer.services import pasted_names
from lfp_trainer.services.pasted_names import Named
from lfp_trainer.storage.models import WorkPosition

EL, MS, CO = WorkPosition.ELEMENTARY, WorkPosition.MIDDLE, WorkPosition.CENTRAL_OFFICE
STATE = WorkPosition.STATE_OR_ISD


@pytest.mark.parametrize(
    ("line", "name", "position"),
    [
        ("Ana Ruiz", "Ana Ruiz", None),
        ("Ana Ruiz, EL", "Ana Ruiz", EL),
        ("EL Ana Ruiz", "Ana Ruiz", EL),
        ("el ana ruiz", "ana ruiz", EL),
        ("Ana Ruiz el", "Ana Ruiz", EL),
        ("Ana Ruiz, el", "Ana Ruiz", EL),
        ("Ana Ruiz, ES", "Ana Ruiz", EL),
        ("Ana Ruiz; Ms", "Ana Ruiz", MS),
        ("MDE-ISD Ana Ruiz", "Ana Ruiz", STATE),
        ("Ana Ruiz, mde/isd", "Ana Ruiz", STATE),
        ("Ana Ruiz (EL)", "Ana Ruiz", EL),
        ("Ana Ruiz - EL", "Ana Ruiz", EL),
        ("EL: Ana Ruiz", "Ana Ruiz", EL),
        ("Ana Ruiz, Central Office", "Ana Ruiz", CO),
        ("• Ana  Ruiz , EL ,", "Ana Ruiz", EL),
        ("- Ana Ruiz", "Ana Ruiz", None),
        ("12. Ana Ruiz", "Ana Ruiz", None),
        ("(3) Ana Ruiz", "Ana Ruiz", None),
        ("Ana Ruiz\tEL", "Ana Ruiz", EL),
        ("EL\tAna Ruiz", "Ana Ruiz", EL),
        ("Ana\tRuiz\tEL", "Ana Ruiz", EL),
        ("Ana\tRuiz", "Ana Ruiz", None),
        ('"Ana Ruiz","EL"', "Ana Ruiz", EL),
        ("El Hadji Diop", "El Hadji Diop", None),
        ("Ms Rivera", "Ms Rivera", None),
        ("Anne-Marie O’Neil-Co", "Anne-Marie O’Neil-Co", None),
        ("Åsa Öberg, EL", "Åsa Öberg", EL),
        ("李小龙", "李小龙", None),
    ],
)
def test_a_line_is_a_name_with_or_without_where_they_work(
    line: str, name: str, position: WorkPosition | None
) -> None:
    pasted = pasted_names.read(line)

    assert (pasted.people, pasted.unclear) == ((Named(name, position),), ())
    assert pasted_names.read(pasted.lines).people == pasted.people


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("EL", "Put the name before it: “Ana Ruiz, EL”."),
        ("Ana Ruiz, ELS", "“ELS” is none of CO, EL, MS, HS, MDE-ISD. Did you mean “Ana Ruiz, EL”?"),
        ("Ruiz, Ana", "Put the name in one piece: “Ana Ruiz”."),
        ("Ruiz, Ana, EL", "Put the name in one piece: “Ana Ruiz, EL”."),
        ("Ana Ruiz, EL, MS", "Keep one of EL and MS."),
        ("Ana Ruiz, ana@x.example", "An email address is not needed. Write “Ana Ruiz”."),
        ("ana@x.example", "An email address is not needed. Write the name instead."),
        ("Name\tPosition", "This looks like a heading. Leave the line out."),
        ("Name, Position", "This looks like a heading. Leave the line out."),
        ("4711", "Write a name here, or leave the line out."),
        ("x" * 81, "Shorten the name to 80 characters. It has 81."),
        (
            "Ana Ruiz, the new principal",
            "Leave out what is not the name or one of CO, EL, MS, HS, MDE-ISD: “Ana Ruiz, EL”.",
        ),
    ],
)
def test_a_line_that_is_not_understood_says_what_would_mend_it(line: str, fix: str) -> None:
    (unclear,) = pasted_names.read(f"Ben\n{line}").unclear

    assert (unclear.number, unclear.text, unclear.fix) == (2, " ".join(line.split()), fix)


def test_blank_lines_do_nothing_and_who_stands_twice_is_taken_once() -> None:
    pasted = pasted_names.read("\nAna Ruiz, EL\n\n  \t\n,,\nana ruiz, el\nAna Ruiz, MS\nBen\n")

    assert pasted.people == (Named("Ana Ruiz", EL), Named("Ana Ruiz", MS), Named("Ben"))
    assert (pasted.repeated, pasted.unclear) == (("ana ruiz",), ())
