"""The mail host of the load test: takes every letter and lays the newest for each address in a folder.

    python -m tests.load.post FOLDER

Prints its port. A letter is a file named after the hash of its address; `letters.log` has a line for every one.
"""

import asyncio
import hashlib
import re
import sys
import time
from pathlib import Path

MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


def name_of(address):
    """The name of the file with the newest letter to an address."""
    return hashlib.sha256(address.encode()).hexdigest()[:24]


class Taker:
    """What aiosmtpd calls."""

    def __init__(self, folder):
        self.folder = folder
        self.log = (folder / "letters.log").open("a", buffering=1)

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - as aiosmtpd calls it
        content = bytes(envelope.content)
        found = MESSAGE_ID.search(content)
        for recipient in envelope.rcpt_tos:
            unfinished = self.folder / f".{name_of(recipient)}"
            unfinished.write_bytes(content)
            unfinished.replace(self.folder / name_of(recipient))
        self.log.write(f"{time.time():.3f} {found[1].decode() if found else '-'} {name_of(recipient)}\n")
        return "250 OK"


async def serve(folder):
    """Take letters until the end."""
    from aiosmtpd.smtp import SMTP

    loop = asyncio.get_running_loop()
    taker = Taker(folder)
    server = await loop.create_server(
        lambda: SMTP(taker, hostname="post.example", loop=loop, enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
