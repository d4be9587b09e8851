"""Where a student could be placed by hand today: what fits, and what one rule keeps out."""

import numpy as np
from sqlalchemy import select

from stagemakelaar.matching.eligibility import Rule, broken_rules, names
from stagemakelaar.places.models import Organisation, Place
from stagemakelaar.rounds import snapshot

ELSEWHERE = {Rule.RECOGNISED, Rule.LEERWEG}  # a place for another course does not nearly fit


def options_of_today(session, student):
    """Give back (places that fit, pairs of a place and the one rule that forbids it), both by name of the company."""
    problem = snapshot.options_of_today(session, student)
    if problem is None or not len(problem.openings):
        return [], []
    opening = np.arange(len(problem.openings))
    broken = broken_rules(problem, np.zeros_like(opening), opening)
    rules = {
        int(key): names(mask)
        for key, mask in zip(problem.openings.key, broken, strict=True)
        if int(mask).bit_count() <= 1
    }
    found = session.scalars(
        select(Place)
        .join(Organisation, Organisation.id == Place.organisation_id)
        .where(Place.id.in_(rules))
        .order_by(Organisation.sort_name, Place.title, Place.id)
    ).all()
    fitting = [place for place in found if not rules[place.id]]
    nearly = [(place, rules[place.id][0]) for place in found if rules[place.id] and rules[place.id][0] not in ELSEWHERE]
    return fitting, nearly
