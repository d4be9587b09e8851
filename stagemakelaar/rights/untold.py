"""What a student was not told: a decision that can still be taken back, or was. It stays out of one's own file."""

from dataclasses import dataclass, field

from sqlalchemy import not_, or_, select

from stagemakelaar.casework.models import CaseState
from stagemakelaar.outbox import Message
from stagemakelaar.placements.models import Placement
from stagemakelaar.placements.queries import was_told
from stagemakelaar.rounds.models import Comment, HandChange, Proposal, Review
from stagemakelaar.rounds.second_look import SecondLook


@dataclass(frozen=True)
class Untold:
    """Nog niet verteld: the numbers of placements, and of the proposals that were decided with them."""

    placements: list = field(default_factory=list)
    proposals: list = field(default_factory=list)
    is_live: bool = False  # one of the placements holds a seat

    def left_out(self, model):
        """The conditions on the rows of a model that may be told of."""
        if not self.placements:
            return []
        conditions: dict = {
            Placement: Placement.id.not_in(self.placements),
            Proposal: Proposal.id.not_in(self.proposals),
            HandChange: or_(HandChange.placement_id.is_(None), HandChange.placement_id.not_in(self.placements)),
            Message: not_(or_(*(Message.key.startswith(start) for start in self._keys))),
            **{about: about.proposal_id.not_in(self.proposals) for about in (Review, SecondLook, Comment)},
        }
        return [conditions[model]] if model in conditions else []

    def has_letter(self, message):
        """Whether a letter is about one of these placements."""
        return bool(self.placements) and message.key.startswith(self._keys)

    def state_of(self, case_state):
        """The state of a case as it may be told: who was placed unheard is still being searched for."""
        return CaseState.SEARCHING if self.is_live and case_state is CaseState.PLACED else case_state

    @property
    def _keys(self):
        return tuple(f"placement:{number}:" for number in self.placements)


def untold_to(session, subject):
    """What somebody was not told of the placements that are about them."""
    if not subject.students:
        return Untold()
    of_student = select(Placement).where(Placement.student_id.in_(subject.students), not_(was_told()))
    found = session.scalars(of_student).all()
    placements = [one.id for one in found]
    if not placements:
        return Untold()
    approved = select(Proposal.id).where(Proposal.placement_id.in_(placements))
    replaced = select(HandChange.proposal_id).where(
        HandChange.placement_id.in_(placements), HandChange.proposal_id.is_not(None)
    )
    proposals = [*session.scalars(approved), *session.scalars(replaced)]
    return Untold(placements, proposals, is_live=any(one.is_live for one in found))
