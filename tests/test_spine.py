from stagemakelaar.casework.queries import case_of
from stagemakelaar.casework.models import CaseState
from stagemakelaar import audit


def test_builders_give_a_searching_student_and_an_open_place(make, session):
    student = make.student(searching=True)
    place = make.place()
    assert case_of(session, student).state is CaseState.SEARCHING
    assert place.free == 1
    assert audit.verify(session)[1] is None
