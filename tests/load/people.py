"""What the simulated people do: read, sign in, decide, register. Knows addresses and forms, and nothing of locust.

Each returns what happened as `Deed`s; the locust file counts them.
"""

import base64
import email
import email.policy
import hashlib
import hmac
import random
import re
import struct
import time
from pathlib import Path
from typing import NamedTuple

from tests.load.browser import Browser, address_of
from tests.load.post import name_of

LETTER_WITHIN = 60  # seconds that someone waits for a letter
LINK = re.compile(r"/inloggen/link/[\w-]+")


class Deed(NamedTuple):
    """One thing that a person did, and what came of it: done, shed, overtaken, refused or broken."""

    kind: str
    name: str
    seconds: float
    outcome: str
    told: str = ""


def outcome_of(answer, *fine):
    """What an answer means to the person who waits for it."""
    if answer.was_shed:
        return "shed"
    return "done" if answer.status in fine else "broken"


def told(answer):
    """What to write down of an answer that was not expected."""
    return f"{answer.status} {answer.location or ''} {answer.trouble or ''}".strip()


class Reader:
    """Someone who is signed in, or nobody yet, and looks at pages."""

    def __init__(self, setting, number, player):
        self._browser = Browser(setting["base"], tuple(setting["via"]), address_of(number), player["cookies"])
        self._paths, self._draw = player["paths"], random.Random(number)

    def act(self):
        name, path = self._draw.choice(self._paths)
        answer = self._browser.get(path)
        yield Deed("page", name, answer.seconds, outcome_of(answer, 200), told(answer))


class Decider:
    """A broker who opens a proposal, looks, approves, and is shown the next."""

    def __init__(self, setting, number, player):
        self._browser = Browser(setting["base"], tuple(setting["via"]), address_of(number), player["cookies"])
        self._left, self._look = list(player["proposals"]), setting.get("look", 1.0)

    def act(self):
        if not self._left:
            time.sleep(1)
            return
        path = f"/voorstellen/{self._left.pop()}"
        page = self._browser.get(path)
        yield Deed("page", "proposal", page.seconds, outcome_of(page, 200), told(page))
        if page.status != 200:
            return
        fields = page.hidden()
        if "version" not in fields:
            yield Deed("seen", "decided before", 0, "done")
            return
        time.sleep(self._look)
        answer = self._browser.post(f"{path}/besluit", verdict="approve", why="", **fields)
        outcome = {409: "overtaken", 422: "refused"}.get(answer.status) or outcome_of(answer, 302, 303)
        yield Deed("approval", "approve", answer.seconds, outcome, told(answer))
        if outcome == "done":
            following = self._browser.get(answer.location)
            yield Deed("page", "proposal", following.seconds, outcome_of(following, 200), told(following))


class Newcomer:
    """Someone who signs in: students and companies by a mailed link, staff (one in five) by password and code."""

    def __init__(self, setting, number, player):
        self._setting, self._number = setting, number
        self._by_link, self._staff = list(player["by_link"]), list(player["staff"])
        self._used, self._turn = {}, number  # so that the fifths of all newcomers are spread

    def act(self):
        self._turn += 1
        browser = Browser(self._setting["base"], tuple(self._setting["via"]), address_of(self._number))
        try:
            if self._turn % 5 == 0 and self._staff:
                yield from self._with_password(browser)
            else:
                yield from self._with_link(browser)
        finally:
            browser.hang_up()

    def _with_link(self, browser):
        who = self._by_link.pop(0)
        self._by_link.append(who)
        asked_at = time.time()
        steps = [browser.get("/inloggen")]
        if steps[-1].status == 200:
            steps.append(browser.post("/inloggen", email=who, **steps[-1].hidden()))
        if steps[-1].status != 303:
            yield self._ended("by link", steps)
            return
        steps.append(browser.get("/inloggen/code"))
        link, waited = self._link_of(who, asked_at)
        yield Deed("letter", "sign-in", waited, "done" if link else "broken", "" if link else "no letter")
        if link is None:
            return
        steps.append(browser.get(link))
        if steps[-1].status == 200:
            steps.append(browser.post(link, **steps[-1].hidden()))
        yield from self._landed("by link", steps, browser)

    def _with_password(self, browser):
        who = self._staff.pop(0)
        self._staff.append(who)
        rest = self._used.get(who["email"], 0) + 60 - time.time()
        if rest > 0:
            time.sleep(rest)  # each code works once
        self._used[who["email"]] = time.time()
        steps = [browser.get("/inloggen/medewerker")]
        if steps[-1].status == 200:
            words = {"email": who["email"], "password": who["password"], **steps[-1].hidden()}
            steps.append(browser.post("/inloggen/medewerker", **words))
        if steps[-1].status == 303:
            steps.append(browser.get(steps[-1].location))
            steps.append(browser.post("/inloggen/medewerker/code", code=code_of(who["secret"]), **steps[-1].hidden()))
        yield from self._landed("by password", steps, browser)

    def _landed(self, how, steps, browser):
        yield self._ended(how, steps)
        if steps[-1].status == 303:
            home = browser.get(steps[-1].location)
            yield Deed("page", "first page", home.seconds, outcome_of(home, 200), told(home))

    @staticmethod
    def _ended(how, steps):
        """A sign-in takes as long as all its answers together; the wait for the letter is told apart."""
        outcome = "shed" if steps[-1].was_shed else outcome_of(steps[-1], 303)
        return Deed("sign-in", how, sum(step.seconds for step in steps), outcome, told(steps[-1]))

    def _link_of(self, who, asked_at):
        """The link in the newest letter to an address, once it came; and how long that took."""
        file = Path(self._setting["post"]) / name_of(who)
        end = asked_at + LETTER_WITHIN
        while time.time() < end:
            if file.exists() and file.stat().st_mtime >= asked_at:
                letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                found = LINK.search(letter.get_body(preferencelist=("plain",)).get_content())
                if found:
                    return found[0], time.time() - asked_at
            time.sleep(0.1)
        return None, LETTER_WITHIN


class Registering:
    """Students who register, one after another: a form sent, a letter promised. Nobody waits between two."""

    MOST = 80  # from one address; beyond 100 in five minutes a service may refuse

    def __init__(self, setting, number, player):
        self._base, self._via, self._number = setting["base"], tuple(setting["via"]), number
        self._slug, self._count, self._browser, self._fields = player["slug"], 0, None, None

    def act(self):
        if self._fields is None:
            form = self._begin_anew()
            if outcome_of(form, 200) != "done":  # without its hidden fields nothing can be sent
                yield Deed("registration", "form", form.seconds, outcome_of(form, 200), told(form))
                return
            self._fields = form.hidden()
        self._count += 1
        who = f"nieuw-{self._number}-{self._count}-{int(time.time())}@demo.example"
        answer = self._browser.post(f"/aanmelden/{self._slug}", email=who, **self._fields)
        yield Deed("registration", "student", answer.seconds, outcome_of(answer, 303), told(answer))
        if self._count % self.MOST == 0:
            self._fields = None

    def _begin_anew(self):
        if self._browser is not None:
            self._browser.hang_up()
        place = address_of(40_000 + self._number * 500 + self._count // self.MOST)
        self._browser = Browser(self._base, self._via, place)
        return self._browser.get(f"/aanmelden/{self._slug}")


def code_of(secret):
    """The code that an authenticator shows now (RFC 6238: SHA-1, six digits, half a minute)."""
    made = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    start = made[-1] & 15
    return f"{(struct.unpack('>I', made[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"
