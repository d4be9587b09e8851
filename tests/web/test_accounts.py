"""The accounts of staff, as the administrator sees them."""

from sqlalchemy import select

from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Role, User


def test_the_administrator_sees_staff_and_no_students(make, browse):
    make.broker(name="Fatima el Idrissi")
    student = make.student()
    page = browse.as_(make.staff(Role.ADMIN)).get("/accounts")
    assert "Fatima el Idrissi" in page.text
    assert student.full_name not in page.text
    assert student.user.email not in page.text


def test_the_administrator_invites_a_broker(make, browse, session):
    make.programme()
    admin = browse.as_(make.staff(Role.ADMIN))
    admin.get("/accounts/uitnodigen").submit(
        name="Joris Blok", email="joris@demo.example", role="broker", programme="noord"
    )
    assert session.scalars(select(User).where(User.email == "joris@demo.example")).one().role is Role.BROKER
    assert session.scalars(select(Message)).one().kind == "staff_invitation"


def test_a_broker_without_a_programme_is_refused_at_the_field(make, browse):
    make.programme()
    admin = browse.as_(make.staff(Role.ADMIN))
    page = admin.get("/accounts/uitnodigen").submit(
        name="Joris Blok", email="joris@demo.example", role="broker", status=422
    )
    assert "programma" in page.error_at("programme")
    assert page.values()["name"] == "Joris Blok"


def test_an_address_with_an_account_is_refused_at_the_field(make, browse):
    student = make.student()
    admin = browse.as_(make.staff(Role.ADMIN))
    page = admin.get("/accounts/uitnodigen").submit(name="Joris", email=student.user.email, role="admin", status=422)
    assert page.error_at("email")


def test_disabling_signs_out_and_enabling_lets_in_again(make, browse, session):
    broker = make.broker()
    broker_id = broker.id
    working = browse.as_(broker)
    working.get("/makelaar")
    admin = browse.as_(make.staff(Role.ADMIN))
    admin.get("/accounts").submit(f"/accounts/{broker_id}/uitschakelen")
    working.get("/makelaar", status=302)
    admin.get("/accounts").submit(f"/accounts/{broker_id}/inschakelen")
    assert session.get(User, broker_id).is_active


def test_a_student_account_is_not_the_administrators_business(make, browse):
    student_id, broker_id = make.student().user_id, make.broker().id
    admin = browse.as_(make.staff(Role.ADMIN))
    token = admin.get("/accounts").values(f"/accounts/{broker_id}/uitschakelen")
    admin.post(f"/accounts/{student_id}/uitschakelen", token, status=404)


def test_ones_own_account_cannot_be_disabled(make, browse, session):
    broker_id = make.broker().id
    me = make.staff(Role.ADMIN)
    my_id = me.id
    admin = browse.as_(me)
    token = admin.get("/accounts").values(f"/accounts/{broker_id}/uitschakelen")
    admin.post(f"/accounts/{my_id}/uitschakelen", token, status=409)
    assert session.get(User, my_id).is_active


def test_a_broker_does_not_see_accounts(make, browse):
    browse.as_(make.broker()).get("/accounts", status=403)
