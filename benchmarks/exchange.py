"""A request as bytes and its answer, as the load's sockets see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent, and the status that is the right answer. `path` begins with a slash."""

    name: str
    method: str
    path: str
    headers: Mapping[str, str]
    expected_status: int
    body: bytes = b""

    def at(self, path: str) -> "Expected":
        """The same request to another path, ready to be sent."""
        head = [f"{self.method} {path} HTTP/1.1", "Host: 127.0.0.1"]
        head += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body:
            head += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        sent = "\r\n".join(head).encode() + _END_OF_HEAD + self.body
        return Expected(self.name, self.expected_status, sent)

    def ready(self) -> "Expected":
        return self.at(self.path)


@dataclass(frozen=True, slots=True)
class Expected:
    """Bytes to send and the right status."""

    name: str
    status: int
    request: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `head` in lower case but for the values, as our servers write it."""

    status: int
    head: bytes
    body: bytes

    @classmethod
    def parse(cls, data: bytes) -> "Reply | None":
        """None until all of it is there. Our servers always tell the length."""
        end = data.find(_END_OF_HEAD)
        if end < 0:
            return None
        body_at = end + len(_END_OF_HEAD)
        head = data[:end]
        length = int(_value(head, b"content-length") or 0)
        if len(data) < body_at + length:
            return None
        return cls(int(data[9:12]), head, data[body_at : body_at + length])

    def header(self, name: str) -> str:
        """The value. Raises LookupError for an absent one."""
        value = _value(self.head, name.encode())
        if value is None:
            raise LookupError(name)
        return value.decode()


def _value(head: bytes, name: bytes) -> bytes | None:
    found = head.find(b"\r\n" + name + b": ")
    if found < 0:
        return None
    start = found + len(name) + 4
    end = head.find(b"\r\n", start)
    return head[start:] if end < 0 else head[start:end]
