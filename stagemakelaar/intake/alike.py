"""Which students may be one person: born on one day with names that are alike, or reached by one telephone number.

An account's address is unique and folded, so the same address cannot stand there twice. What is found is only offered:
twins and families that share a telephone are two people, and a broker says so once.
"""

from collections import defaultdict
from difflib import SequenceMatcher

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased

from stagemakelaar.intake.models import Apart
from stagemakelaar.people.models import Student, User
from stagemakelaar.reference.formats import folded

ALIKE = 0.8  # of the letters, in the same order, once the parts of the names are sorted


def is_alike(name, other):
    """Whether two folded names may be one person's; the order of the parts does not count ("de vries sam")."""
    matcher = SequenceMatcher(None, " ".join(sorted(name.split())), " ".join(sorted(other.split())), autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def alike_new(session, programme_id, rows):
    """Of rows of a list about new students: row number → [(number, name) of students who may be the same person]."""
    born = {row["geboortedatum"] for _number, row in rows if "geboortedatum" in row}
    phones = {row["telefoon"] for _number, row in rows if "telefoon" in row}
    if not born and not phones:
        return {}
    found = session.execute(
        select(Student.id, Student.sort_name, Student.birth_date, User.phone, User.name)
        .join(User, User.id == Student.user_id)
        .where(Student.programme_id == programme_id, Student.merged_into_id.is_(None))
        .where(or_(Student.birth_date.in_(born), User.phone.in_(phones)))
        .order_by(Student.id)
    ).all()
    by_day, by_phone = defaultdict(list), defaultdict(list)
    for one in found:
        by_day[one.birth_date].append(one)
        if one.phone:
            by_phone[one.phone].append(one)
    alike = {}
    for number, row in rows:
        name = folded(" ".join(row.get(column, "") for column in ("achternaam", "tussenvoegsel", "voornaam")))
        same = [one for one in by_day.get(row.get("geboortedatum"), ()) if is_alike(name, one.sort_name)]
        same += [one for one in by_phone.get(row.get("telefoon"), ()) if one not in same]
        if same:
            alike[number] = [(one.id, one.name) for one in same]
    return alike


def pairs_alike(session, programme_id):
    """The pairs of students of a programme who may be one person, and whom nobody has told apart: (id, id), by name."""
    one, other = aliased(Student), aliased(Student)
    account, others_account = aliased(User), aliased(User)
    same_birth = (one.birth_date == other.birth_date) & (
        func.lower(func.substr(one.first_name, 1, 1)) == func.lower(func.substr(other.first_name, 1, 1))
    )
    told_apart = exists().where(Apart.first_id == one.id, Apart.second_id == other.id)
    common = (
        select(one.id, other.id, one.sort_name, other.sort_name)
        .join(other, (other.programme_id == one.programme_id) & (other.id > one.id))
        .where(one.programme_id == programme_id, one.merged_into_id.is_(None), other.merged_into_id.is_(None))
        .where(one.restricted_at.is_(None), other.restricted_at.is_(None), ~told_apart)
        .order_by(one.sort_name, one.id, other.id)
    )
    born = session.execute(common.where(same_birth)).all()
    reached = session.execute(
        common.join(account, account.id == one.user_id)
        .join(others_account, others_account.id == other.user_id)
        .where(account.phone == others_account.phone)
    ).all()
    found = {(row[0], row[1]): row[2] for row in born if is_alike(row[2], row[3])}
    found |= {(row[0], row[1]): row[2] for row in reached}
    return sorted(found, key=lambda pair: (found[pair], pair))
