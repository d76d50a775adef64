"""Bad input of any kind to any route gets a 4xx in the words of its API: never a 5xx, a page, or a framework's own 422.

The fuzzer keeps to what can be said in a description; this does not.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from agent_services.app import openapi_document
from agent_services.settings import load_settings
from tests.platform_app import V1, Platform

_STEERING: Final = ("/sandbox/", "/test-only/", "/agents-external-stubs/")
_PAGES: Final = ("/oauth/",)
_TEXTS: Final = (
    "%00",
    "a%00b",
    "%ED%A0%80",  # a lone surrogate
    "%FF%FE",  # no UTF-8
    "x" * 3000,
    "%2F..%2F..%2Fetc%2Fpasswd",
    "%F0%9F%98%80",
    "'%20OR%201=1%20--",
    "%0D%0AX-Other:%20header",
    "%",
    "-1",
    "9" * 30,
    "%C2%A0",
    ".",
)
_VALUES: Final[tuple[Any, ...]] = (None, "\0", "a\0b", "x" * 50_000, [], {}, 10**30, -1, True, 1.5, ["\0"], "")
_BODIES: Final = {
    "nothing": b"",
    "half": b'{"a":',
    "no UTF-8": b'{"a":"\xff"}',
    "a byte order mark": b"\xff\xfe{\x00}\x00",
    "a lone surrogate": b'{"clientId":"\\ud800"}',
    "deep lists": b"[" * 50_000 + b"]" * 50_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "null": b"null",
    "a list": b"[]",
    "a text": b'"text"',
    "infinity": b"1e999",
    "not a number": b"NaN",
    "a long number": b"1" * 5000,
    "the same member twice": b'{"service":1,"service":2}',
    "much": json.dumps({"a": ["b" * 1000] * 2000}).encode(),
}
_TYPES: Final = (
    "text/plain",
    "application/xml",
    "",
    "application/json; charset=utf-16",
    "multipart/form-data",
    "text/json",
)
_METHODS: Final = ("HEAD", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "POST", "PUT", "DELETE", "GET")
_HEADERS: Final = (
    {"Authorization": "Bearer " + "x" * 20_000},
    {"Authorization": "Bearer \xff\xfe"},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Basic !!!"},
    {"Authorization": "Basic //79"},
    {"Authorization": "Bearer sandbox-amelia, Bearer sandbox-iris"},
    {"X-Session-ID": "x" * 5000},
    {"X-Request-ID": "\xff" * 300},
    {"Accept": "text/html"},
    {"Accept": "application/vnd.hmrc.99999999999999999999.0+json"},
)

Call = tuple[str, str, dict[str, str], bytes]
"""Method, address, headers beyond the usual ones, body."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One of the document's operations, with values for its parameters that it can read."""

    method: str
    template: str
    values: dict[str, str]
    queries: dict[str, str]
    members: tuple[str, ...] | None
    """Of its JSON body; None where it takes none."""

    def address(self, **instead: str) -> str:
        path = self.template.format(**{**self.values, **instead})
        query = "&".join(f"{name}={instead.get(name, value)}" for name, value in self.queries.items())
        return path + ("?" + query if query else "")

    @property
    def parameters(self) -> tuple[str, ...]:
        return (*self.values, *self.queries)


def operations() -> Iterator[Operation]:
    document = openapi_document(load_settings(test_support=True, upstreams="sandbox"))
    for template, item in document["paths"].items():
        for method, operation in item.items():
            if template.startswith(_STEERING):
                continue
            given = operation.get("parameters", [])
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            members = None if content is None else tuple(content["schema"].get("properties", {"a": {}}))
            yield Operation(
                method=method.upper(),
                template=template,
                values={each["name"]: _example(each) for each in given if each["in"] == "path"},
                queries={each["name"]: _example(each) for each in given if each["in"] == "query"},
                members=members,
            )


@pytest.fixture(scope="module")
def everything() -> list[Operation]:
    return list(operations())


@pytest.fixture(scope="module")
def with_bodies(everything: list[Operation]) -> list[Operation]:
    return [each for each in everything if each.members is not None]


@pytest.mark.parametrize("person", ["amelia", "iris", "stride-sam"])
async def test_paths_and_queries(platform: Platform, everything: list[Operation], person: str) -> None:
    calls: list[Call] = [
        (operation.method, operation.address(**{parameter: text}), {}, b"{}")
        for operation in everything
        for parameter in operation.parameters
        for text in _TEXTS
    ]

    assert await _wrong_answers(platform, person, calls) == {}


async def test_bodies(platform: Platform, with_bodies: list[Operation]) -> None:
    calls: list[Call] = [
        (operation.method, operation.address(), {"Content-Type": "application/json"}, body)
        for operation in with_bodies
        for body in _BODIES.values()
    ]

    assert await _wrong_answers(platform, "amelia", calls) == {}


async def test_members_of_bodies(platform: Platform, with_bodies: list[Operation]) -> None:
    calls: list[Call] = [
        (operation.method, operation.address(), {"Content-Type": "application/json"}, json.dumps(body).encode())
        for operation in with_bodies
        for value in _VALUES
        for body in _with_one_member_as(operation, value)
    ]

    assert await _wrong_answers(platform, "amelia", calls) == {}


async def test_content_types(platform: Platform, with_bodies: list[Operation]) -> None:
    calls: list[Call] = [
        (operation.method, operation.address(), {"Content-Type": content_type}, b'{"a":1}')
        for operation in with_bodies
        for content_type in _TYPES
    ]

    assert await _wrong_answers(platform, "amelia", calls) == {}


async def test_methods(platform: Platform, everything: list[Operation]) -> None:
    """Without a session, so that nothing happens."""
    calls: list[Call] = [(method, operation.address(), {}, b"") for operation in everything for method in _METHODS]

    assert await _wrong_answers(platform, "nobody", calls) == {}


async def test_headers(platform: Platform, everything: list[Operation]) -> None:
    calls: list[Call] = [
        (operation.method, operation.address(), headers, b"{}") for operation in everything for headers in _HEADERS
    ]

    assert await _wrong_answers(platform, "amelia", calls) == {}


async def test_what_is_no_http_ends_without_a_page(platform: Platform) -> None:
    """Request lines that no server can read."""
    for line in (b"GET /healthz HTTP/9.9", b"\x16\x03\x01\x00\xa5\x01\x00", b"GET " + b"/x" * 50_000):
        answer = await _spoken(platform, line + b"\r\n\r\n")

        assert b"<html" not in answer.lower()

    assert (await platform.nobody().get("/healthz")).status == 200


@pytest.mark.parametrize(
    ("status", "content_type", "body", "template"),
    [
        (500, "application/json", "{}", "/agents/{arn}/invitations"),
        (422, "application/json", '{"detail":[]}', "/agents/{arn}/invitations"),
        (404, "text/html", "<p>", "/agent-mapping/client-count"),
        (405, "application/json", '{"detail":"Method Not Allowed"}', "/agent-mapping/client-count"),
    ],
)
def test_a_wrong_answer_is_recognised(status: int, content_type: str, body: str, template: str) -> None:
    assert _is_wrong(template, status, content_type, body)
    assert not _is_wrong(template, 404, "application/json", '{"code":"NOT_FOUND"}')


async def _wrong_answers(platform: Platform, person: str, calls: list[Call]) -> dict[str, int]:
    found: Counter[str] = Counter()
    gate = asyncio.Semaphore(16)
    base = {"Authorization": f"Bearer sandbox-{person}", "Accept": V1}

    async def call(method: str, address: str, headers: dict[str, str], body: bytes) -> None:
        async with gate:
            # The address as it stands: what it percent-encodes is the point.
            status, content_type, text = await _asked(platform, method, address, {**base, **headers}, body)
        if _is_wrong(address, status, content_type, text):
            found[f"{method} {address[:120]} {headers} {body[:60]!r}: {status} {text[:80]}"] += 1

    await asyncio.gather(*(call(*each) for each in calls))
    return dict(found)


def _is_wrong(address: str, status: int, content_type: str, body: str) -> bool:
    if status >= 500:
        return True
    if "html" in content_type and not address.startswith(_PAGES):
        return True
    # A 405 is the gateway's, in its own words.
    return '"detail"' in body or (status == 405 and body != "" and "METHOD_NOT_ALLOWED" not in body)


async def _asked(
    platform: Platform, method: str, address: str, headers: dict[str, str], body: bytes
) -> tuple[int, str, str]:
    """One request on a connection of its own, written by hand: a client library would mend what we spoil."""
    lines = [f"{method} {address} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body or method not in ("GET", "HEAD", "OPTIONS", "TRACE"):
        lines.append(f"Content-Length: {len(body)}")
    answer = await _spoken(platform, "\r\n".join([*lines, "", ""]).encode("latin-1") + body)
    head, _, text = answer.partition(b"\r\n\r\n")
    status_line, *rest = head.decode("latin-1").split("\r\n")
    types = [line.partition(": ")[2] for line in rest if line.lower().startswith("content-type:")]
    return int(status_line.split(" ")[1]), "".join(types), text.decode("utf-8", "replace")


async def _spoken(platform: Platform, request: bytes) -> bytes:
    where = urlsplit(platform.base_url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        writer.write(request)
        async with asyncio.timeout(30):
            return await reader.read()
    finally:
        writer.close()


def _example(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    examples = [parameter.get("example"), *schema.get("examples", ()), *schema.get("enum", ())]
    return str(next((each for each in examples if each is not None), "1"))


def _with_one_member_as(operation: Operation, value: object) -> Iterator[dict[str, Any]]:
    usual = {
        "service": "HMRC-MTD-VAT" if operation.template.startswith("/agent-") else ["MTD-VAT"],
        "clientType": "business",
        "clientIdType": "vrn",
        "suppliedClientIdType": "vrn",
        "knownFact": "2007-05-18",
        "clientId": "101747696",
        "suppliedClientId": "101747696",
        "count": 1,
        "serviceKeys": ["HMRC-MTD-VAT"],
        "utr": "1000000005",
    }
    known = {member: usual.get(member, "text") for member in operation.members or ()}
    for member in known:
        yield {**known, member: value}
