"""Two programmes of a size that nobody seeds, small enough for a test and large enough to be written in bulk."""

from datetime import datetime

import pytest

from stagemakelaar import db
from stagemakelaar.seed import rows
from stagemakelaar.seed.filling import fill_crowds
from stagemakelaar.seed.scales import SCHOOL, TOWN, Crowd
from tests.conftest import KINDS, WEDNESDAY, Now, fresh, rolled_back

TODAY = datetime.fromisoformat(WEDNESDAY).date()
SMALL = (
    Crowd("noord", "Amsterdam", TOWN, 1031, 3, 40, 12, 60, 60, 40, 110, 45, 25),
    Crowd("zuid", "Rotterdam", SCHOOL, 3074, 2, 30, 8, 50, 50, 30, 70, 30, 15),
)
TINY = (Crowd("noord", "Amsterdam", TOWN, 1031, 1, 12, 4, 14, 20, 4, 8, 3, 3),)


@pytest.fixture(scope="session", params=KINDS)
def bulk_engine(request, app, tmp_path_factory):
    """An engine on a database that holds `SMALL`, written in batches of some hundreds of rows."""
    engine = fresh(request, tmp_path_factory.mktemp("bulk"))
    db.bind(engine, join_transaction_mode="conditional_savepoint")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "BATCH", 300)
        fill_crowds(SMALL, "small", 1, TODAY)
    db.bind(None)
    yield engine
    engine.dispose()


@pytest.fixture
def bulk(bulk_engine):
    """That database, inside a transaction that is rolled back at the end; gives back the present session."""
    with rolled_back(bulk_engine):
        yield Now()
