"""Debian's Chromium, driven by Playwright: windows that talk to this machine only and report what goes wrong."""

import os
from urllib.parse import urlsplit

from playwright.sync_api import Error, sync_playwright

from tests.parts import browser_program

OWN_HOSTS = {"127.0.0.1", "localhost", "::1", None}
ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Chromium:
    """One browser for the whole session; every test opens windows of its own."""

    def __init__(self):
        self._playwright = sync_playwright().start()
        try:
            # The sandbox cannot be had as root, and everybody else keeps it. No name of another host is looked up: to
            # stop each request and look at it would take an eighth of the time of a page.
            self.browser = self._playwright.chromium.launch(
                executable_path=browser_program(), chromium_sandbox=os.geteuid() != 0, args=[ONLY_HERE]
            )
        except BaseException:
            self._playwright.stop()
            raise

    def close(self):
        self.browser.close()
        self._playwright.stop()


class Windows:
    """Opens windows, each with cookies of its own, and remembers what no window of ours may do."""

    def __init__(self, browser):
        self._browser = browser
        self._contexts = []
        self.complaints = []

    def __call__(self, *, base_url=None, width=1280, height=900, javascript=True, language="nl-NL"):
        """A window: Playwright's page. `width=360` is a phone; `base_url` lets `goto("/aanmelden")` do."""
        context = self._browser.new_context(
            base_url=base_url,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            locale=language,
            timezone_id="Europe/Amsterdam",
        )
        self._contexts.append(context)
        context.set_default_timeout(30_000)  # a busy machine is no fault of a page
        context.on("request", self._see_request)
        context.on("response", self._see_response)
        context.on("console", self._hear_console)
        context.on("weberror", lambda error: self.complaints.append(f"script failed: {error.error}"))
        return context.new_page()

    def _see_request(self, request):
        if urlsplit(request.url).hostname not in OWN_HOSTS:
            self.complaints.append(f"request to another host: {request.url}")

    def _see_response(self, response):
        if response.status >= 400 and response.request.resource_type != "document":
            self.complaints.append(f"{response.status} for {response.url}")

    def _hear_console(self, message):
        # What failed to load is told by the response; a page that answers 404 or 409 on purpose is no complaint.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text}")

    def close(self):
        for context in self._contexts:
            try:
                context.close()
            except Error as trouble:
                self.complaints.append(f"window did not close: {trouble}")


class Axe:
    """Looks for barriers on a page: WCAG 2.2 AA and the best practices of axe."""

    def __init__(self, source):
        self.source = source

    def __call__(self, page, *, inside=None, rules=None):
        """What axe finds, one sentence per finding; nothing is what we want.

        `inside` narrows it to a selector (or what else axe takes as context), `rules` to a few rules by name.
        """
        # Evaluated, not added as a script element: our own content security policy would refuse that, and rightly.
        if page.evaluate("typeof axe === 'undefined'"):
            page.evaluate(self.source)
        # Without `preload`: it would fetch style sheets once more, which our policy refuses as well.
        findings = page.evaluate(
            """async ([only, inside]) => {
                const options = {runOnly: only, resultTypes: ['violations'], preload: false};
                const outcome = await axe.run(inside || document, options);
                return outcome.violations.flatMap(rule => rule.nodes.map(node =>
                    `${rule.id} (${rule.impact}) at ${node.target.join(' ')}: ${rule.help}; ${node.failureSummary}`));
            }""",
            [{"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}, inside],
        )
        return [" ".join(finding.split()) for finding in findings]
