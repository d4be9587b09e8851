"""The real services that tests use, as fixtures. Nothing here knows the application; nothing is started by hand.

Each starts at its first use and stops what it started. A test that uses one carries the mark of `tests/parts.py`:
`@pytest.mark.needs("postgresql")`, "redis", "smtp", "chromium", "axe", "java".
"""

import pytest

from tests.parts import AXE
from tests.services.html_checker import shared_checker, stop_shared_checker

IS_WORKER = "workerinput"


@pytest.fixture(scope="session")
def shared_folder(request, tmp_path_factory):
    """A folder that all workers of this run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if hasattr(request.config, IS_WORKER) else base


@pytest.fixture(scope="session")
def postgres_cluster():
    """A PostgreSQL server, without durability; see PostgresCluster for databases and templates."""
    from tests.services.postgres import PostgresCluster

    cluster = PostgresCluster()
    yield cluster
    cluster.stop()


@pytest.fixture
def durable_postgres_cluster():
    """A server of this test's own with production's durability, which may crash: `halt(signal.SIGQUIT)`, `start()`."""
    from tests.services.postgres import PostgresCluster

    cluster = PostgresCluster(durable=True)
    yield cluster
    cluster.stop()


@pytest.fixture
def post_office():
    """An SMTP server, open, on a free port: `host`, `port`, `letters`."""
    from tests.services.post_office import PostOffice

    office = PostOffice().open()
    yield office
    office.close()


@pytest.fixture
def redis_server():
    """A Redis server of this test's own: `url`, `stop()`, `start()`."""
    from tests.services.redis import Redis

    server = Redis()
    yield server
    server.close()


@pytest.fixture(scope="session")
def chromium():
    """The browser, once per worker; tests open windows with `open_window`."""
    from tests.services.browser import Chromium

    chromium = Chromium()
    yield chromium.browser
    chromium.close()


@pytest.fixture
def open_window(chromium):
    """Open a window: `open_window(base_url=..., width=360, javascript=False)` gives Playwright's page.

    A request to another host, a broken script, a missing picture or a word of the content security policy fails the
    test when it ends; a test that means it empties `open_window.complaints`.
    """
    from tests.services.browser import Windows

    windows = Windows(chromium)
    yield windows
    windows.close()
    assert not windows.complaints, "\n".join(windows.complaints)


@pytest.fixture(scope="session")
def axe_source():
    """The text of axe-core."""
    return AXE.read_text()


@pytest.fixture(scope="session")
def axe(axe_source):
    """Find barriers: `assert axe(page) == []`."""
    from tests.services.browser import Axe

    return Axe(axe_source)


@pytest.fixture(scope="session")
def html_checker(shared_folder):
    """Check HTML: `assert html_checker.findings(text) == []`."""
    return shared_checker(shared_folder)


def pytest_sessionfinish(session):
    if not hasattr(session.config, IS_WORKER):
        factory = getattr(session.config, "_tmp_path_factory", None)
        if factory is not None:
            stop_shared_checker(factory.getbasetemp())
