"""What a cohort shows, as a file: for those who facilitate it, and only what they are shown.

``columns`` says what is in it, ``chosen`` and ``rows`` read it, ``files`` write it, ``jobs`` make
it beside the pages, and ``kept`` keeps it for a while, and drops it whenever somebody takes
something back.
"""

from lfp_trainer.services.exports.chosen import scenarios_shown as scenarios_shown
from lfp_trainer.services.exports.kept import drop as drop
from lfp_trainer.services.exports.kept import expire as expire
from lfp_trainer.services.exports.kept import made_for as made_for
