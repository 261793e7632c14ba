"""Who may see what: the only place it is decided, and always as a query.

A run is visible to its participants. Nobody else, admins included: partners often evaluate the same
principals, and practice that might be watched is not practice. Only who agrees shows a run to those
who facilitate a cohort (``access/shown.py``), and takes that back at any time. What somebody rates
outside a run is theirs alone.

People who play one run together see its conversation. What each answers stays hidden from the
others until nobody can change it any more: :attr:`Seated.reached` says how far a page may go, and
:func:`answers_beside` is the only way to another person's answers.
"""

from lfp_trainer.services.access.cohorts import assignments_visible_to as assignments_visible_to
from lfp_trainer.services.access.cohorts import cohorts_visible_to as cohorts_visible_to
from lfp_trainer.services.access.cohorts import facilitators_visible_to as facilitators_visible_to
from lfp_trainer.services.access.cohorts import members_visible_to as members_visible_to
from lfp_trainer.services.access.commented import Thing as Thing
from lfp_trainer.services.access.commented import comments_shown_to as comments_shown_to
from lfp_trainer.services.access.commented import is_shown_to as is_shown_to
from lfp_trainer.services.access.commented import takes_part as takes_part
from lfp_trainer.services.access.own import exercise_ratings_of as exercise_ratings_of
from lfp_trainer.services.access.own import next_steps_of as next_steps_of
from lfp_trainer.services.access.own import run_ratings_of as run_ratings_of
from lfp_trainer.services.access.seats import IS_PLAY as IS_PLAY
from lfp_trainer.services.access.seats import Seated as Seated
from lfp_trainer.services.access.seats import answers_beside as answers_beside
from lfp_trainer.services.access.seats import rewound_by as rewound_by
from lfp_trainer.services.access.seats import runs_visible_to as runs_visible_to
from lfp_trainer.services.access.seats import seat_in as seat_in
from lfp_trainer.services.access.seats import seats_in as seats_in
from lfp_trainer.services.access.seats import swaps_of as swaps_of
from lfp_trainer.services.access.seats import what_ifs_of as what_ifs_of
from lfp_trainer.services.access.shown import latest_answers as latest_answers
from lfp_trainer.services.access.shown import shown_answers as shown_answers
from lfp_trainer.services.access.shown import shown_people as shown_people
from lfp_trainer.services.access.shown import shown_plays as shown_plays
from lfp_trainer.services.access.shown import shown_seats as shown_seats
from lfp_trainer.services.access.shown import shown_steps as shown_steps
from lfp_trainer.services.access.shown import steps_to_count as steps_to_count
from lfp_trainer.services.access.together import companions_in as companions_in
from lfp_trainer.services.access.together import together_behind as together_behind
from lfp_trainer.services.access.together import together_in as together_in
from lfp_trainer.services.access.together import together_in_each as together_in_each
from lfp_trainer.services.access.together import together_with as together_with
from lfp_trainer.services.access.told import sentences_told as sentences_told
