"""What two examiners of web sites would say of answers: a score like Mozilla's, and the demands of internet.nl.

The modifiers are those of "Tests & Scoring" of the MDN HTTP Observatory (copy/observatory/tests_and_scoring.md in the
repository mdn/yari, read in November 2026): 100 less the penalties, and from 90 the bonuses on top; 100 is A+. Only
what can be seen in the answers of one site counts here: preloading is a matter of a browser's list.
"""

import re

HALF_A_YEAR, A_YEAR = 15_768_000, 31_536_000
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


def directives(policy):
    """The parts of a content security policy."""
    parts = [part.split() for part in (policy or "").lower().split(";") if part.strip()]
    return {name: set(sources) for name, *sources in parts}


def hsts_seconds(headers):
    found = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    return int(found[1]) if found else 0


def of_policy(headers):
    policy = directives(headers.get("Content-Security-Policy"))
    if not policy:
        return -25
    scripts = policy.get("script-src", policy.get("default-src", {"*"}))
    objects = policy.get("object-src", policy.get("default-src", {"*"}))
    if (scripts | objects) & {"'unsafe-inline'", "data:", "https:", "*"}:
        return -20
    if any("http:" in sources for sources in policy.values()):
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if policy.get("style-src", set()) & {"'unsafe-inline'", "data:", "https:", "*"}:
        return 0
    return 10 if policy.get("default-src") == {"'none'"} else 5


def of_cookies(headers):
    """All of ours are cookies of a session."""
    cookies = [cookie.lower() for cookie in headers.get_all("Set-Cookie") or []]
    if not cookies:
        return 0
    if not all("; secure" in cookie for cookie in cookies):
        return -10 if hsts_seconds(headers) else -40
    if not all("; httponly" in cookie for cookie in cookies):
        return -30
    return 5 if all(re.search("; samesite=(lax|strict)", cookie) for cookie in cookies) else 0


def of_other_sites(headers):
    return -50 if headers.get("Access-Control-Allow-Origin") == "*" else 0


def of_transport(headers):
    seconds = hsts_seconds(headers)
    return -20 if not seconds else -10 if seconds < HALF_A_YEAR else 0


def of_referrer(headers):
    policy = headers.get("Referrer-Policy")
    return 5 if policy in PRIVATE else 0 if policy is None else -5


def of_sniffing(headers):
    return 0 if headers.get("X-Content-Type-Options", "").lower() == "nosniff" else -5


def of_frames(headers):
    if "frame-ancestors" in directives(headers.get("Content-Security-Policy")):
        return 5
    return 5 if headers.get("X-Frame-Options", "").upper() in {"DENY", "SAMEORIGIN"} else -20


def of_resources(headers):
    policy = headers.get("Cross-Origin-Resource-Policy")
    return 10 if policy in {"same-origin", "same-site"} else 0 if policy in {None, "cross-origin"} else -5


def of_scripts(page, host):
    """Scripts of our own need no hash; one of another does."""
    sources = re.findall(r"<script[^>]*\bsrc=\"([^\"]+)\"", page)
    foreign = [source for source in sources if "//" in source and f"//{host}/" not in source]
    return -5 if foreign else 0


def observatory(headers, page, host, redirects_to):
    """The score."""
    found = [
        of_policy(headers),
        of_cookies(headers),
        of_other_sites(headers),
        of_transport(headers),
        of_referrer(headers),
        of_sniffing(headers),
        of_frames(headers),
        of_resources(headers),
        of_scripts(page, host),
        0 if redirects_to.startswith(f"https://{host}/") else -20,
    ]
    score = 100 + sum(one for one in found if one < 0)
    return max(score + (sum(one for one in found if one > 0) if score >= 90 else 0), 0)


def internet_nl(headers, page, redirects_to, host):
    """What that examiner would object to in an answer over TLS."""
    policy = directives(headers.get("Content-Security-Policy"))
    loaded = re.findall(r"<(?:script|img|link|iframe|source)\b[^>]*\b(?:src|href)=\"([^\"]*)\"", page)
    demands = {
        "plain http leads to https on the same host": redirects_to.startswith(f"https://{host}/"),
        "HSTS of a year": hsts_seconds(headers) >= A_YEAR,
        "no compression": headers.get("Content-Encoding") is None,
        "nosniff": headers.get("X-Content-Type-Options") == "nosniff",
        "a referrer policy that tells others nothing": headers.get("Referrer-Policy") in {"no-referrer", "same-origin"},
        "a policy with default-src 'none' or 'self'": policy.get("default-src") in ({"'none'"}, {"'self'"}),
        "form-action, base-uri and frame-ancestors are limited": all(
            policy.get(name) in ({"'none'"}, {"'self'"}) for name in ("form-action", "base-uri", "frame-ancestors")
        ),
        "nothing unsafe, no plain http, no wildcard": not re.search(
            r"unsafe-|http:|\*", headers.get("Content-Security-Policy", "")
        ),
        "nothing from another host": not [address for address in loaded if "//" in address],
    }
    return [demand for demand, is_met in demands.items() if not is_met]
