"""Upstreams that take 50 ms for every answer: what an agency-level check asks in `http` mode.

Run as a program: `python -m benchmarks.upstreams PORT`.
"""

import asyncio
import json
import sys
from typing import cast

import uvloop

DELAY_SECONDS = 0.05
GROUP = "group-of-the-agent"


def _answer(document: object) -> bytes:
    body = json.dumps(document).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


_AUTHORISED = _answer({})
_PRINCIPAL = _answer({"principalGroupIds": [GROUP], "delegatedGroupIds": []})
_DELEGATED = _answer({"principalGroupIds": [], "delegatedGroupIds": ["another-group", GROUP]})
_ANYTHING_ELSE = _answer({})
"""To what is asked at start-up: the token of internal-auth is valid."""


def _answer_to(head: bytes) -> bytes:
    line = head[: head.find(b"\r\n")]
    if line.startswith(b"POST /auth/authorise "):
        return _AUTHORISED
    if line.endswith(b"type=principal HTTP/1.1"):
        return _PRINCIPAL
    return _DELEGATED if line.endswith(b"type=delegated HTTP/1.1") else _ANYTHING_ELSE


class _Connection(asyncio.Protocol):
    """One request at a time, as our clients send them."""

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # TCP's, though uvloop's does not derive from it.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0 or len(self._received) < end + 4 + _length(self._received[:end]):
            return
        answer, self._received = _answer_to(self._received[:end]), b""
        asyncio.get_running_loop().call_later(DELAY_SECONDS, self._transport.write, answer)


def _length(head: bytes) -> int:
    found = head.lower().find(b"\r\ncontent-length: ")
    if found < 0:
        return 0
    start = found + len(b"\r\ncontent-length: ")
    end = head.find(b"\r\n", start)
    return int(head[start:] if end < 0 else head[start:end])


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", port, backlog=256)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
