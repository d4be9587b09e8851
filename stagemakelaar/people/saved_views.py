"""Weergaven: filters of a list that someone of the staff named, for themselves alone."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from stagemakelaar import audit, clock
from stagemakelaar.db import Base, UtcDateTime, choice, one_of
from stagemakelaar.errors import N_, DomainError, NotFound

LONGEST_NAME, LONGEST_QUERY = 60, 500
MOST = 20  # of one list; more would be no shorter way than the filter itself


class ListPage(enum.Enum):
    """Lijst waarvan filters bewaard kunnen worden."""

    TODAY = "vandaag"
    STUDENTS = "studenten"
    ORGANISATIONS = "bedrijven"
    PLACES = "plekken"
    PLACEMENTS = "plaatsingen"


class SavedView(Base):
    """Weergave: a filter with a name. `query` is what stands behind the question mark of the address."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("user_id", "page", "name"),
        CheckConstraint(one_of("page", ListPage), name="page"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    page: Mapped[ListPage] = mapped_column(choice(ListPage))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    query: Mapped[str] = mapped_column(String(LONGEST_QUERY), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


def views_of(session, user, page):
    """The views that someone saved of a list, by name."""
    return session.scalars(
        select(SavedView).where(SavedView.user_id == user.id, SavedView.page == page).order_by(SavedView.name)
    ).all()


def view_for(session, user, view_id):
    """One of the own views; raises NotFound for someone else's and for nobody's."""
    found = session.scalars(select(SavedView).where(SavedView.id == view_id, SavedView.user_id == user.id)).first()
    if found is None:
        raise NotFound
    return found


def save_view(session, *, page, name, query, by):
    """Keep a filter under a name. Gives back the view."""
    if len(query) > LONGEST_QUERY:
        raise DomainError(N_("Dit filter is te lang om te bewaren."))
    own = views_of(session, by, page)
    if len(own) >= MOST:
        raise DomainError(N_("U heeft al %(most)s weergaven van deze lijst. Verwijder er eerst een."), most=MOST)
    view = SavedView(user_id=by.id, page=page, name=_free(name, own), query=query, created_at=clock.now())
    session.add(view)
    audit.record(session, "saved_view.saved", view, by=by)
    return view


def rename_view(session, view, *, name, by):
    """Give a view another name."""
    view.name = _free(name, [one for one in views_of(session, by, view.page) if one is not view])
    audit.record(session, "saved_view.renamed", view, by=by)


def remove_view(session, view, *, by):
    """Throw a view away; the filter itself can be saved again at any time."""
    audit.record(session, "saved_view.removed", view, by=by)
    session.delete(view)


def _free(name, others):
    """A name that none of the others has, cleaned."""
    name = name.strip()
    if not name:
        raise DomainError(N_("Geef de weergave een naam."), field="name")
    if len(name) > LONGEST_NAME:
        raise DomainError(N_("Maak de naam korter: hoogstens %(most)s tekens."), field="name", most=LONGEST_NAME)
    if any(other.name.casefold() == name.casefold() for other in others):
        raise DomainError(N_("U heeft al een weergave met deze naam. Kies een andere naam."), field="name")
    return name
