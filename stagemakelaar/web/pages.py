"""The page groups, one file each."""

from stagemakelaar.web import (
    accounts,
    by_hand,
    carry_on,
    case_page,
    demo,
    employer,
    employer_placements,
    employer_places,
    health,
    hints,
    interest,
    organisations,
    placements,
    places,
    post,
    programme,
    proposals,
    public,
    rounds,
    runs,
    sending_out,
    signing_in,
    signing_up,
    staff_entry,
    student,
    student_profile,
    today,
    trail,
)

GROUPS = (
    public,
    health,
    signing_in,
    signing_up,
    staff_entry,
    carry_on,
    student,
    student_profile,
    employer,
    employer_placements,
    employer_places,
    interest,
    today,
    case_page,
    hints,
    organisations,
    places,
    rounds,
    runs,
    proposals,
    by_hand,
    placements,
    sending_out,
    post,
    programme,
    accounts,
    trail,
    demo,
)


def install(app):
    """Register every page group."""
    for group in GROUPS:
        app.register_blueprint(group.pages)
