"""What people of a demonstration's cohort write: one line each, as different people would."""

REASONS = (
    "It starts from what both of us can see, so we argue about rooms and not about each other.",
    "I want the next step to be hers, or it ends when I leave.",
    "We have said “next month” twice. A date is kinder than another reminder.",
    "I do not know enough yet, so I ask.",
    "The numbers are mine; what they mean is hers to say first.",
    "It is the quickest way through the agenda.",
    "It names the one thing I would change on Monday.",
    "If I fix it for her, I fix it every month.",
    "It keeps the door open without lowering the bar.",
    "He has been carrying this alone, and somebody should say so.",
    "I would rather look at one lesson together than at ten reports.",
    "That is what the handbook asks of us.",
)
"""Why somebody took a response."""

RATED = (
    "Collects the forms and never asks what they changed.",
    "Sets a clear expectation, and checks it once.",
    "Asks good questions, but nothing follows from the answers.",
    "Speaks of results as something that happens to the building.",
    "Goes into rooms and comes back with what students said.",
    "Praise everywhere: I cannot tell which teaching is meant.",
    "Takes the work over as soon as it gets slow.",
    "Shares the evidence and lets the others read it first.",
    "The tone is warm, the next step is missing.",
    "Holds one line for half a year, and it shows.",
    "Waits to be asked.",
    "Knows the plan by heart and the classrooms from hearsay.",
    "Two sentences point one way and one the other; I went with the two.",
    "Brings people together who had only been copied on the same mail.",
)
"""Why somebody rated a leader as they did."""

UNCLEAR = (
    "We are told what was planned, and not what anybody did.",
    "One sentence is too little for me to say.",
    "All I have is what somebody else says of it.",
)
"""Why somebody found that the text does not show enough."""

MOVED = (
    "In the conversation they stayed with the question longer than I had thought.",
    "I had read the praise as a plan. It was only praise.",
    "Pressed for a next step, they named one with a date.",
    "Under pressure it went back to collecting forms.",
    "They listened, and then the decision was theirs alone again.",
)
"""What moved somebody to another level after the conversation."""

DIAGNOSED = (
    "Everybody collects something, and nobody reads it with the person it is about.",
    "The routine runs. What it is for has been lost on the way.",
    "Principals were told what to do, and never shown what it looks like.",
    "There is good will and no hour in the week for it.",
    "Two offices ask for the same thing in different words.",
    "It works where one person carries it, and nowhere else.",
    "Nobody has said aloud that the two records disagree.",
)
"""Why somebody says that this system is not at scale."""
