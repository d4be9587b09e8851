"""P27: an address with an account and one without take as long as one another, at every way in."""

import pytest

from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.models import User
from stagemakelaar.people.signing_in import passwords
from stagemakelaar.web import staff_entry
from tests import proofs
from tests.conftest import KINDS
from tests.pages import Browser
from tests.people.signing_in.test_proofs import PASSWORD, WAYS
from tests.same_time import PAIRS, told_apart

# Processor time of this process is not that of the database, so one is enough where the proof is short.
pytestmark = pytest.mark.parametrize("engine", KINDS if proofs.IS_FULL else KINDS[:1], indirect=True, scope="session")
PER_MAILBOX = 4  # letters to one address before the limit
OF_STAFF = {"/inloggen/medewerker", "/inloggen/medewerker/vergeten"}


@pytest.fixture
def costs(settings):
    """Hashes that cost what they cost outside of tests."""
    passwords.configure(*type(settings).__dataclass_fields__["argon2"].default)
    yield
    passwords.configure(*settings.argon2)


@pytest.fixture
def known(make, costs):
    """Addresses of accounts: of brokers with a password, or of students."""

    def addresses(path):
        count = (PAIRS + 3) // PER_MAILBOX + 1
        if path not in OF_STAFF:
            return [make.student().user.email for _number in range(count)]
        password_hash = passwords.hash_password(PASSWORD)
        numbers = [make.broker().id for _number in range(count)]
        with transaction() as session:
            for number in numbers:
                session.get(User, number).password_hash = password_hash
        return [current_session().get(User, number).email for number in numbers]

    return addresses


class Stranger:
    """Vreemde: asks for addresses, of kind 0 one of an account, of kind 1 one that nobody has."""

    def __init__(self, app, path, known, moment):
        self.browser, self.path, self.moment = Browser(app), path, moment
        self.addresses = known, [f"x{email[1:]}" for email in known]

    def begin(self, run):
        """An hour after the run before, so that no limit is in the way."""
        self.moment(f"2027-02-03T{10 + run}:00:00+01:00")
        self.values = self.browser.get(self.path).values()
        if "password" in self.values:
            self.values["password"] = "iets anders dan dat"

    def ask(self, kind, number):
        self.browser.client.environ_base["REMOTE_ADDR"] = f"10.{kind}.{number // 250}.{number % 250}"
        email = self.addresses[kind][number // PER_MAILBOX]
        answer = self.browser.client.post(self.path, data=self.values | {"email": email})
        assert answer.status_code in (303, 422), answer.status_code


def told(app, path, known, moment, record_property, **more):
    stranger = Stranger(app, path, known(path), moment)
    return told_apart(stranger.ask, record_property, begin=stranger.begin, comparisons=2 * len(WAYS), **more)


@pytest.mark.promise("P27")
@pytest.mark.parametrize("path", WAYS)
def test_an_address_with_an_account_takes_as_long_as_one_without(app, database, known, path, moment, record_property):
    assert told(app, path, known, moment, record_property) is None


@pytest.mark.promise("P27", red=True)
def test_a_hash_for_accounts_alone_is_seen_by_the_clock(app, database, known, moment, monkeypatch, record_property):
    honest = staff_entry.fits
    monkeypatch.setattr(staff_entry, "fits", lambda kept, *rest: kept is not None and honest(kept, *rest))
    assert "apart" in told(app, "/inloggen/medewerker", known, moment, record_property, pairs=12)
