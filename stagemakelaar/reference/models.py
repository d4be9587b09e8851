"""Opleiding, gelijkwaardige code, werkproces: what a student can study, in the terms of the national register.

Postcodes have no table here although they are reference data: four thousand fixed positions, the same for every
programme, read by one calculation that wants them as arrays. `postcodes.py` keeps them in memory from a file of the
package, so an empty database can already estimate a journey and no import can half fill them.
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stagemakelaar.db import Base, choice, one_of
from stagemakelaar.reference.vocabulary import Leerweg, Sector


class Qualification(Base):
    """Opleiding: a qualification with its code (crebo). Dates that are not known stay empty and exclude nobody."""

    __tablename__ = "qualification"
    __table_args__ = (
        CheckConstraint("length(code) = 5", name="code_length"),
        CheckConstraint("niveau BETWEEN 1 AND 4", name="niveau"),
        CheckConstraint(one_of("sector", Sector), name="sector"),
        CheckConstraint("valid_until >= valid_from", name="validity"),
        CheckConstraint("offers_bol OR offers_bbl", name="some_leerweg"),
    )

    code: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    search_name: Mapped[str] = mapped_column(String(210))  # code and name, folded in Python: SQLite lowers ASCII only
    niveau: Mapped[int]
    sector: Mapped[Sector | None] = mapped_column(choice(Sector))
    offers_bol: Mapped[bool]
    offers_bbl: Mapped[bool]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]  # the last day on which it may be used

    work_processes: Mapped[list["WorkProcess"]] = relationship(
        back_populates="qualification", order_by="WorkProcess.number", viewonly=True
    )

    @property
    def leerwegen(self):
        """The paths along which this qualification can be followed."""
        offered = ((Leerweg.BOL, self.offers_bol), (Leerweg.BBL, self.offers_bbl))
        return [leerweg for leerweg, is_offered in offered if is_offered]

    def is_valid_on(self, day):
        """Whether the code may be used on a day, as far as is known."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class Equivalent(Base):
    """Gelijkwaardige code: a recognition for `equivalent_code` counts for a student of `code`; one direction only."""

    __tablename__ = "equivalent"
    __table_args__ = (
        CheckConstraint("code <> equivalent_code", name="two_codes"),
        CheckConstraint("valid_until >= valid_from", name="validity"),
    )

    code: Mapped[str] = mapped_column(ForeignKey("qualification.code"), primary_key=True)
    equivalent_code: Mapped[str] = mapped_column(ForeignKey("qualification.code"), primary_key=True, index=True)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]


class WorkProcess(Base):
    """Werkproces: a piece of work that a student of a qualification learns to do, numbered like `B1-K1-W1`."""

    __tablename__ = "work_process"
    __table_args__ = (UniqueConstraint("code", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("qualification.code"))
    number: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))

    qualification: Mapped[Qualification] = relationship(back_populates="work_processes")
