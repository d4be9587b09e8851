"""A small register to start with: some fifty real qualifications, so that a demo has something to choose from.

The authoritative list comes from SBB or DUO through an import; it may overwrite every row that stands here.
"""

import csv
from datetime import date
from pathlib import Path

from sqlalchemy import select

from stagemakelaar.reference.formats import folded
from stagemakelaar.reference.models import Equivalent, Qualification, WorkProcess
from stagemakelaar.reference.vocabulary import Sector

_FOLDER = Path(__file__).with_name("starter")


def load_starter(session):
    """Put the starter list in the register and give back how many rows are new, changed and the same.

    May be run again at any time. What others added stays; a work process keeps its id, which wishes and places hold.
    """
    counts = {"new": 0, "changed": 0, "same": 0}
    for row in _rows("qualifications.csv"):
        outcome = put_qualification(
            session,
            row["code"],
            name=row["name"],
            niveau=int(row["niveau"]),
            sector=Sector(row["sector"]),
            offers_bol="bol" in row["leerweg"].split("/"),
            offers_bbl="bbl" in row["leerweg"].split("/"),
        )
        counts[outcome] += 1
    session.flush()  # the rows below point at these
    for row in _rows("equivalents.csv"):
        counts[put_equivalent(session, row["code"], row["equivalent_code"])] += 1
    for row in _rows("work_processes.csv"):
        counts[put_work_process(session, row["code"], row["number"], row["title"])] += 1
    session.flush()
    return counts


def put_register(session, qualifications, equivalents):
    """Bring the register up to date with rows of arguments for the two functions below; counts as `load_starter`."""
    counts = {"new": 0, "changed": 0, "same": 0}
    for row in qualifications:
        counts[put_qualification(session, **row)] += 1
    session.flush()  # the rows below point at these
    for row in equivalents:
        counts[put_equivalent(session, **row)] += 1
    session.flush()
    return counts


def put_qualification(
    session, code, *, name, niveau, sector, offers_bol, offers_bbl, valid_from: date | None = None, valid_until=None
):
    """Insert a qualification or bring it up to date; tells `new`, `changed` or `same`."""
    values = {
        "name": name,
        "search_name": folded(f"{name} {code}"),
        "niveau": niveau,
        "sector": sector,
        "offers_bol": offers_bol,
        "offers_bbl": offers_bbl,
        "valid_from": valid_from,
        "valid_until": valid_until,
    }
    found = session.get(Qualification, code)
    if found is None:
        session.add(Qualification(code=code, **values))
        return "new"
    return _bring_up_to_date(found, values)


def put_equivalent(session, code, equivalent_code, *, valid_from=None, valid_until=None):
    """Record that a recognition for `equivalent_code` counts for students of `code`."""
    values = {"valid_from": valid_from, "valid_until": valid_until}
    found = session.get(Equivalent, (code, equivalent_code))
    if found is None:
        session.add(Equivalent(code=code, equivalent_code=equivalent_code, **values))
        return "new"
    return _bring_up_to_date(found, values)


def put_work_process(session, code, number, title):
    """Insert a work process of a qualification or bring its title up to date."""
    found = session.scalar(select(WorkProcess).where(WorkProcess.code == code, WorkProcess.number == number))
    if found is None:
        session.add(WorkProcess(code=code, number=number, title=title))
        return "new"
    return _bring_up_to_date(found, {"title": title})


def _bring_up_to_date(row, values):
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return "changed" if changed else "same"


def _rows(name):
    with (_FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
