"""The kind of browser behind a request, as coarse as its owner needs to know it again: "Firefox, Windows".

A library that knows ten thousand devices would keep more of people than we want to have.
"""

from flask import request

# The first that is named in the header counts: those that pretend to be another stand before it.
NAMES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def kind():
    """The kind of browser of this request; empty when it does not say."""
    told = request.headers.get("User-Agent", "")
    found = (next((name for sign, name in table if sign in told), None) for table in (NAMES, SYSTEMS))
    return ", ".join(name for name in found if name)
