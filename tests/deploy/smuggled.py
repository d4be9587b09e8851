"""Requests whose end can be read in two ways, with another request hidden behind one of the two."""

import contextlib

from tests.services.nginx import HOST

HIDDEN_PAGE = '{"status":"alive"}'  # what is read there
HIDDEN = f"GET /gezondheid/leeft HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
CHUNKED = f"0\r\n\r\n{HIDDEN}"  # to who reads chunks the body ends before what is hidden; by its length it does not
LENGTH = f"Content-Length: {len(CHUNKED)}\r\n"
MEANT = "Content-Length: 5\r\n"  # what is hidden stands plainly behind it: a second request, that may be answered
AMBIGUOUS = {
    "length and chunks": LENGTH + "Transfer-Encoding: chunked\r\n",
    "chunks and length": "Transfer-Encoding: chunked\r\n" + LENGTH,
    "two lengths": LENGTH + "Content-Length: 5\r\n",
    "a length that is a list": f"Content-Length: {len(CHUNKED)}, 5\r\n",
    "a length with a sign": f"Content-Length: +{len(CHUNKED)}\r\n",
    "blank before the colon": LENGTH + "Transfer-Encoding : chunked\r\n",
    "tab before the word": LENGTH + "Transfer-Encoding:\tchunked\r\n",
    "strange blank": LENGTH + "Transfer-Encoding:\x0bchunked\r\n",
    "almost the word": LENGTH + "Transfer-Encoding: xchunked\r\n",
    "and more": LENGTH + "Transfer-Encoding: chunked, identity\r\n",
    "twice": LENGTH + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
    "on the next line": LENGTH + "Transfer-Encoding:\r\n chunked\r\n",
    "underscore": LENGTH + "Transfer_Encoding: chunked\r\n",
}


def answers_to(service, head, seconds=3.0):
    """All that comes back on one line for a request with this head and something hidden in its body."""
    sent = f"POST /privacy HTTP/1.1\r\nHost: {HOST}\r\n{head}\r\n{CHUNKED}"
    told = b""
    with contextlib.suppress(OSError), service.line() as line:
        line.settimeout(seconds)
        line.sendall(sent.encode("latin-1"))
        while part := line.recv(65_536):
            told += part
    return told.decode("utf-8", "replace")


def hidden_that_was_answered(service):
    """The ways of hiding that worked: a second answer, or something of the page that was asked for there."""
    told = {name: answers_to(service, head, 0.5) for name, head in AMBIGUOUS.items()}
    return [name for name, text in told.items() if text.count("HTTP/1.1 ") > 1 or HIDDEN_PAGE in text]
