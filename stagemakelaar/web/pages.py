"""The page groups, one file each."""

from stagemakelaar.web import (
    accounts,
    demo,
    employer,
    employer_places,
    health,
    organisations,
    placements,
    places,
    post,
    programme,
    proposals,
    public,
    rounds,
    signing_in,
    student,
    student_profile,
    students,
    today,
    trail,
)

GROUPS = (
    public,
    health,
    signing_in,
    student,
    student_profile,
    employer,
    employer_places,
    today,
    students,
    organisations,
    places,
    rounds,
    proposals,
    placements,
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
