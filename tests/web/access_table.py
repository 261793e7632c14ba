"""Who may do what, written down. Every route stands here, or a test fails.

For each route, what happens to: nobody, a guest, Alice (a learner, whose run it is), Bob (another
learner), Dana (a facilitator), Ada (an admin). ``in``: let in; ``out``: not found, as if it did not
exist; ``ask``: asked to sign in.
"""

ACTORS = ("nobody", "guest", "alice", "bob", "dana", "ada")

EVERYONE = "in  in  in  in  in  in"
SIGNED_IN = "ask in  in  in  in  in"
ACCOUNTS = "ask out in  in  in  in"
ADMINS = "ask out out out out in"
HER_RUN = "ask out in  out out out"
# Dana facilitates it and Alice is in it. An admin is let into no cohort by being one.
HER_COHORT = "ask out in  out in  out"
RUN_BY_DANA = "ask out out out in  out"
FACILITATORS = "ask out out out in  in"
NOBODYS = "ask out out out out out"
# Sets are numbered for each person: only Alice has begun one.
HER_SET = HER_RUN

TABLE: dict[tuple[str, str], tuple[str, str]] = {
    # (method, endpoint): (address, who)
    ("GET", "home.welcome"): ("/", EVERYONE),
    ("GET", "home.show"): ("/home", SIGNED_IN),
    ("GET", "home.past"): ("/home/runs", SIGNED_IN),
    ("GET", "calibration.show"): ("/calibration", SIGNED_IN),
    ("GET", "library.index"): ("/scenarios", EVERYONE),
    ("GET", "library.show"): ("/scenarios/glowing-observations", EVERYONE),
    ("GET", "lobby.find"): ("/pairs", EVERYONE),
    ("POST", "lobby.start"): ("/pairs", EVERYONE),
    # Whoever has the code of an open run sees names and seats; only who is in it does anything
    # there.
    ("GET", "lobby.show"): ("{lobby}", EVERYONE),
    ("POST", "lobby.join"): ("{lobby}/join", EVERYONE),
    ("POST", "readmission.ask"): ("{lobby}/return", EVERYONE),
    # Leads anybody who has not asked to the lobby itself.
    ("GET", "readmission.asked"): ("{lobby}/asked", SIGNED_IN),
    ("GET", "lobby.live"): ("{lobby}/live", HER_RUN),
    ("POST", "readmission.let_in"): ("{lobby}/let-in", HER_RUN),
    ("POST", "readmission.refuse"): ("{lobby}/not-them", HER_RUN),
    # Whoever types the own code of a guest is that guest; nobody else gets anywhere.
    ("GET", "readmission.show_come_back"): ("{lobby}/own-code", EVERYONE),
    ("POST", "readmission.come_back"): ("{lobby}/own-code", EVERYONE),
    ("POST", "lobby.take_seat"): ("{lobby}/seat", HER_RUN),
    ("POST", "lobby.say_ready"): ("{lobby}/ready", HER_RUN),
    ("POST", "lobby.begin"): ("{lobby}/begin", HER_RUN),
    # It has begun by now: refused with a sentence.
    ("POST", "lobby.leave"): ("{lobby}/leave", HER_RUN),
    ("GET", "health.show"): ("/health", EVERYONE),
    ("GET", "assets.serve"): ("{asset}", EVERYONE),
    ("POST", "runs.start"): ("/runs", EVERYONE),
    ("GET", "runs.show"): ("{run}", HER_RUN),
    ("POST", "runs.finish_case"): ("{run}/case", HER_RUN),
    ("POST", "answers.diagnose"): ("{run}/diagnosis", HER_RUN),
    ("POST", "answers.rate"): ("{run}/ratings/0", HER_RUN),
    ("POST", "answers.commit_ratings"): ("{run}/ratings", HER_RUN),
    ("POST", "answers.go_on_without"): ("{run}/without", HER_RUN),
    ("POST", "runs.choose"): ("{run}/choices", HER_RUN),
    ("POST", "runs.keep_reason"): ("{run}/reason", HER_RUN),
    ("POST", "rankings.rank"): ("{run}/rankings", HER_RUN),
    # Of a run alone: nobody is in it with her.
    ("GET", "live.look"): ("{run}/live", NOBODYS),
    ("POST", "live.nudge"): ("{run}/nudge", NOBODYS),
    ("POST", "live.let_stand_in"): ("{run}/stand-in", NOBODYS),
    ("POST", "live.take_more_time"): ("{run}/more-time", NOBODYS),
    ("POST", "live.let_stand_in_answer"): ("{run}/stand-in-answer", NOBODYS),
    ("POST", "live.leave"): ("{run}/leave", NOBODYS),
    ("POST", "live.come_back"): ("{run}/come-back", NOBODYS),
    ("POST", "live.catch_up"): ("{run}/catch-up", NOBODYS),
    ("POST", "live.note"): ("{run}/private-note", NOBODYS),
    ("POST", "runs.finish_debrief"): ("{run}/debrief", HER_RUN),
    ("GET", "runs.print_debrief"): ("{run}/debrief", HER_RUN),
    ("POST", "answers.plan"): ("{run}/next-step", HER_RUN),
    ("GET", "what_if.choose_decision"): ("{run}/what-if", HER_RUN),
    ("GET", "what_if.show"): ("{run}/what-if/1", HER_RUN),
    ("POST", "what_if.start"): ("{run}/what-if/1", HER_RUN),
    # Of a run that is no what-if: a page that says so.
    ("GET", "what_if.compare"): ("{run}/compare", HER_RUN),
    ("GET", "second_ratings.again"): ("{run}/again/0", HER_RUN),
    ("POST", "second_ratings.rate_again"): ("{run}/again/0", HER_RUN),
    ("GET", "second_ratings.after"): ("{run}/after", HER_RUN),
    ("POST", "second_ratings.rate_after"): ("{run}/after", HER_RUN),
    # Of a run that nobody watches and that has a screen to itself: a sentence that says so.
    ("POST", "observing.mark"): ("{run}/marks/0", HER_RUN),
    ("GET", "one_screen.hand_over"): ("{run}/screen", HER_RUN),
    ("POST", "one_screen.take"): ("{run}/screen", HER_RUN),
    # Without names, which nobody sends here, it starts nothing.
    ("POST", "one_screen.start"): ("/one-screen", EVERYONE),
    # Of a run that one person plays: pages that say so.
    ("POST", "play_ratings.rate"): ("{run}/play", HER_RUN),
    ("GET", "swaps.choose"): ("{run}/swap", HER_RUN),
    ("POST", "swaps.start"): ("{run}/swap/1", HER_RUN),
    ("GET", "next_steps.index"): ("/next-steps", SIGNED_IN),
    ("POST", "next_steps.answer"): ("/next-steps/{key}", HER_RUN),
    ("GET", "next_steps.one_as_calendar"): ("/next-steps/{key}.ics", HER_RUN),
    ("GET", "next_steps.open_as_calendar"): ("/next-steps.ics", SIGNED_IN),
    ("GET", "calibrate.show"): ("/calibrate", EVERYONE),
    ("GET", "calibrate.strands"): ("/calibrate/strands", EVERYONE),
    ("GET", "calibrate.anchors"): ("/calibrate/anchors", EVERYONE),
    ("GET", "calibrate.show_set"): ("/calibrate/sets/1", HER_SET),
    ("GET", "calibrate.show_text"): ("/calibrate/sets/1/1", HER_SET),
    ("POST", "calibrate.rate"): ("/calibrate/sets/1/2/motivate", HER_SET),
    # After those above: whoever calls it has a set of their own.
    ("POST", "calibrate.start"): ("/calibrate/sets", EVERYONE),
    ("GET", "contrast.show"): ("/contrast/lakeland", EVERYONE),
    ("GET", "contrast.show_set"): ("/contrast/lakeland/1", HER_SET),
    ("GET", "contrast.show_page"): ("/contrast/lakeland/1/1", HER_SET),
    ("GET", "contrast.show_beside"): (
        "/contrast/lakeland/1/beside/isolation-to-collaboration",
        HER_SET,
    ),
    ("POST", "contrast.rate"): ("/contrast/lakeland/1/1", HER_SET),
    # After those above, as with the vignettes.
    ("POST", "contrast.start"): ("/contrast/lakeland/sets", EVERYONE),
    ("GET", "cohorts.index"): ("/cohorts", SIGNED_IN),
    ("POST", "cohorts.make"): ("/cohorts", FACILITATORS),
    ("GET", "cohorts.show"): ("{cohort}", HER_COHORT),
    ("GET", "cohorts.ask_code"): ("/join", EVERYONE),
    ("GET", "cohorts.ask_to_join"): ("/join/{code}", EVERYONE),
    # Without a name and a position, which nobody sends here, it lets nobody in.
    ("POST", "cohorts.join"): ("/join/{code}", EVERYONE),
    ("GET", "progress.show"): ("{cohort}/progress", RUN_BY_DANA),
    ("GET", "progress.look"): (
        "{cohort}/progress/live?of=glowing-observations",
        RUN_BY_DANA,
    ),
    ("GET", "exports.show"): ("{cohort}/export", RUN_BY_DANA),
    # Without a kind of file, which nobody sends here, it makes none.
    ("POST", "exports.make"): ("{cohort}/export", RUN_BY_DANA),
    ("GET", "exports.live"): ("{cohort}/export/live", RUN_BY_DANA),
    # None has been made.
    ("GET", "exports.take"): ("{cohort}/export/abcdEFGH_123-567", NOBODYS),
    ("GET", "pairing.choose"): ("{cohort}/pairs", RUN_BY_DANA),
    ("GET", "pairing.deal"): ("{cohort}/pairs/deal", RUN_BY_DANA),
    ("POST", "pairing.make"): ("{cohort}/pairs", RUN_BY_DANA),
    # Of the person Alice is not: nobody outside the cohort can be made or removed in it.
    ("POST", "cohort_people.make_facilitator"): ("{cohort}/people/{charlie}/facilitator", NOBODYS),
    ("POST", "cohort_people.make_member"): ("{cohort}/people/{charlie}/member", NOBODYS),
    ("GET", "cohort_people.ask_to_remove"): ("{cohort}/people/{charlie}/remove", NOBODYS),
    ("POST", "cohort_people.remove"): ("{cohort}/people/{charlie}/remove", NOBODYS),
    ("GET", "cohort_invitations.index"): ("{cohort}/invitations", RUN_BY_DANA),
    ("GET", "cohort_invitations.slips"): ("{cohort}/invitations/slips", RUN_BY_DANA),
    # Without a name, which nobody sends here, it invites nobody.
    ("POST", "cohort_invitations.preview"): ("{cohort}/invitations/names", RUN_BY_DANA),
    ("POST", "cohort_invitations.make"): ("{cohort}/invitations", RUN_BY_DANA),
    ("POST", "cohort_invitations.revoke"): ("{cohort}/invitations/1/revoke", NOBODYS),
    ("GET", "cohort_settings.show"): ("{cohort}/settings", RUN_BY_DANA),
    ("GET", "cohort_settings.show_code"): ("{cohort}/code", RUN_BY_DANA),
    ("POST", "cohort_settings.rename"): ("{cohort}/settings/name", RUN_BY_DANA),
    ("POST", "cohort_settings.change_agreements"): ("{cohort}/settings/agreements", RUN_BY_DANA),
    ("POST", "cohort_settings.renew_code"): ("{cohort}/settings/code", RUN_BY_DANA),
    ("POST", "cohort_settings.archive"): ("{cohort}/settings/archive", RUN_BY_DANA),
    ("POST", "cohort_settings.reopen"): ("{cohort}/settings/reopen", RUN_BY_DANA),
    ("POST", "cohorts.agree"): ("{cohort}/agree", HER_COHORT),
    ("GET", "projector.set_up"): ("{cohort}/projector", RUN_BY_DANA),
    # Without items, which nobody sends here, it begins nothing.
    ("POST", "projector.begin"): ("{cohort}/projector", RUN_BY_DANA),
    ("GET", "projector.screen"): ("{cohort}/screen", RUN_BY_DANA),
    ("GET", "projector.screen_live"): ("{cohort}/screen/live", RUN_BY_DANA),
    ("GET", "projector.remote"): ("{cohort}/remote", RUN_BY_DANA),
    ("GET", "projector.remote_live"): ("{cohort}/remote/live", RUN_BY_DANA),
    # Without an act, which nobody sends here, it does nothing.
    ("POST", "projector.drive"): ("{cohort}/remote", NOBODYS),
    ("GET", "projector.room"): ("{cohort}/room", HER_COHORT),
    ("GET", "projector.room_live"): ("{cohort}/room/live", HER_COHORT),
    ("GET", "review.index"): ("{cohort}/review", RUN_BY_DANA),
    # Of the run that Alice shares with Dana.
    ("GET", "review.show"): ("{cohort}/review/glowing-observations", RUN_BY_DANA),
    ("GET", "review.show_response"): (
        "{cohort}/review/glowing-observations/responses/log/email-the-counts",
        RUN_BY_DANA,
    ),
    ("GET", "review.show_named"): (
        "{cohort}/review/glowing-observations/diagnosis/systems/ILR",
        RUN_BY_DANA,
    ),
    ("GET", "review.show_card"): (
        "{cohort}/review/glowing-observations/ratings/partner/motivate",
        RUN_BY_DANA,
    ),
    ("GET", "review.show_level"): (
        "{cohort}/review/glowing-observations/ratings/partner/motivate/2",
        RUN_BY_DANA,
    ),
    ("POST", "invitations.invite"): ("/invitations", SIGNED_IN),
    # Of a run that somebody plays alone, there is no seat to free.
    ("POST", "invitations.free_seat"): ("{run}/free", NOBODYS),
    ("GET", "debrief_plan.index"): ("{cohort}/plan", RUN_BY_DANA),
    ("GET", "debrief_plan.show"): ("{cohort}/plan/glowing-observations", RUN_BY_DANA),
    ("GET", "debrief_plan.edit"): ("{cohort}/plan/glowing-observations/edit", RUN_BY_DANA),
    ("POST", "debrief_plan.save"): ("{cohort}/plan/glowing-observations", RUN_BY_DANA),
    ("GET", "walking_out.show"): ("{cohort}/walking-out", HER_COHORT),
    # Of a run that is not finished: refused with a sentence.
    ("POST", "walking_out.tell"): ("{run}/next-step/told", HER_RUN),
    ("GET", "assignments.index"): ("{cohort}/assignments", RUN_BY_DANA),
    # Without a scenario that is there it sets nothing.
    ("POST", "assignments.make"): ("{cohort}/assignments", RUN_BY_DANA),
    ("GET", "assigned.show"): ("/assigned/{assigned}", HER_COHORT),
    ("POST", "assigned.begin"): ("/assigned/{assigned}/begin", HER_COHORT),
    ("POST", "assigned.invite"): ("/assigned/{assigned}/invite", HER_COHORT),
    ("POST", "assignments.close"): ("/assigned/{assigned}/close", RUN_BY_DANA),
    ("GET", "sharing.index"): ("/home/shared", SIGNED_IN),
    ("GET", "sharing.show"): ("{run}/sharing", HER_RUN),
    ("POST", "sharing.share"): ("{run}/sharing", HER_RUN),
    ("POST", "sharing.withdraw"): ("{run}/sharing/withdraw", HER_RUN),
    ("GET", "shown_runs.index"): ("{cohort}/runs", RUN_BY_DANA),
    # What Alice shows to Dana, and to nobody else.
    ("GET", "shown_runs.show"): ("{cohort}/runs/{shown}", RUN_BY_DANA),
    # Without a text, which nobody sends here, it writes nothing.
    ("POST", "shown_runs.comment"): ("{cohort}/runs/{shown}/comments", RUN_BY_DANA),
    ("GET", "comments.index"): ("/comments", SIGNED_IN),
    # A thread of Dana's to Alice.
    ("POST", "comments.answer"): ("/comments/{thread}/answers", HER_COHORT),
    ("POST", "comments.mark_read"): ("/comments/{thread}/read", HER_COHORT),
    ("POST", "comments.mark_all_read"): ("/comments/read", SIGNED_IN),
    ("POST", "comments.delete"): ("/comments/{thread}/delete", HER_RUN),
    # After those above: Alice and Dana are not in it any more.
    ("POST", "cohorts.leave"): ("{cohort}/leave", HER_COHORT),
    ("GET", "auth.sign_in"): ("/sign-in", EVERYONE),
    ("POST", "auth.sign_in"): ("/sign-in", EVERYONE),
    ("GET", "auth.register"): ("/register", EVERYONE),
    ("POST", "auth.register"): ("/register", EVERYONE),
    ("GET", "auth.confirm"): ("/confirm", ACCOUNTS),
    ("POST", "auth.confirm"): ("/confirm", ACCOUNTS),
    ("GET", "account.show"): ("/account", SIGNED_IN),
    ("POST", "account.change_profile"): ("/account/profile", ACCOUNTS),
    ("POST", "account.change_password"): ("/account/password", ACCOUNTS),
    ("POST", "account.sign_out_others"): ("/account/sign-out-others", ACCOUNTS),
    ("GET", "my_data.show"): ("/account/data", SIGNED_IN),
    ("GET", "my_data.as_json"): ("/account/data.json", SIGNED_IN),
    ("GET", "my_data.as_zip"): ("/account/data.zip", SIGNED_IN),
    ("GET", "my_data.ask_to_delete"): ("/account/delete", SIGNED_IN),
    # Without the tick, which nobody sends here, it deletes nobody.
    ("POST", "my_data.delete"): ("/account/delete", SIGNED_IN),
    ("GET", "admin.people"): ("/admin/people", ADMINS),
    ("POST", "admin.set_role"): ("/admin/people/{charlie}/role", ADMINS),
    ("POST", "admin.disable"): ("/admin/people/{charlie}/disable", ADMINS),
    ("POST", "admin.enable"): ("/admin/people/{charlie}/enable", ADMINS),
    # Last: whoever calls it is gone afterwards.
    ("POST", "auth.sign_out"): ("/sign-out", EVERYONE),
}
