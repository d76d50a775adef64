"""Where the real upstreams are and what they are shown: read from the environment's variables, checked, never printed.

Spec: upstreams 2.1, 2.4, 6, 17, 19.9; design, Contracts other tools rely on.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlsplit

from agent_services.upstreams.names import Upstream

_PREFIX = "AGENT_SERVICES_"
_COMMON_URL = _PREFIX + "UPSTREAM_URL"
_INTERNAL_AUTH_TOKEN = _PREFIX + "INTERNAL_AUTH_TOKEN"
_DEFAULT_TOKEN = "secret"  # noqa: S105  # what the platform's own stubs take; refused in production
_DEFAULT_INTERNAL_AUTH_TOKEN = "agent-client-relationships"  # noqa: S105  # likewise
_DEFAULT_ENVIRONMENT = "test"

# Spec: upstreams 1, "Default host:port".
_DEFAULT_PORTS: Mapping[Upstream, int] = {
    Upstream.AUTH: 8500,
    Upstream.ENROLMENT_STORE_PROXY: 7775,
    Upstream.TAX_ENROLMENTS: 9995,
    Upstream.USERS_GROUPS_SEARCH: 9984,
    Upstream.HIP: 9009,
    Upstream.DES: 9904,
    Upstream.IF: 9904,
    Upstream.IFS: 9904,
    Upstream.CITIZEN_DETAILS: 9337,
    Upstream.AGENT_PERMISSIONS: 9447,
    Upstream.AGENT_USER_CLIENT_DETAILS: 9449,
    Upstream.AGENT_SERVICES_ACCOUNT: 9402,
    Upstream.AGENT_FI_RELATIONSHIP: 9427,
    Upstream.AGENT_MAPPING: 9439,
    Upstream.AGENT_SUBSCRIPTION: 9436,
    Upstream.AGENTS_EXTERNAL_STUBS: 9009,
    Upstream.INTERNAL_AUTH: 8470,
    Upstream.EMAIL: 8300,
    Upstream.AUDIT: 8100,
}
_NEIGHBOURS = (Upstream.AGENT_MAPPING, Upstream.AGENT_SUBSCRIPTION)
"""Services of our own that may be left elsewhere, in either mode. Spec: README, Neighbours."""
_WITH_TOKEN = (Upstream.HIP, Upstream.DES, Upstream.IF, Upstream.IFS)
_NOT_ASKED_YET = ("AGENT_ASSURANCE", "AGENT_OVERSEAS_APPLICATION", "COMPANIES_HOUSE_API_PROXY")
"""Upstreams of subscription: an environment that names them already is not wrong. Spec: upstreams 13 to 15."""
_IFS_APIS = ("API1495", "API1712", "API2143")
"""Trusts, Plastic Packaging Tax, Pillar 2: in the order of `IfsTokens`."""
_MASKED = "********"
_WITH_ENVIRONMENT = (Upstream.DES, Upstream.IF, Upstream.IFS)

DEFAULT_RETRY_INTERVALS = tuple(timedelta(milliseconds=each) for each in (500, 1000, 2000, 4000, 8000))


class UpstreamSettingsInvalid(Exception):
    """Settings that cannot be used: one line for each variable, never a secret's value."""


@dataclass(frozen=True, slots=True)
class UpstreamAddress:
    """One upstream: its base URL without a final slash, and whether it may see the caller's own session."""

    base_url: str
    is_internal: bool


@dataclass(frozen=True, slots=True)
class PlatformCredential:
    """What a platform gateway (DES, IF, IFS, HIP) is shown instead of a user's session."""

    token: str = field(repr=False)
    environment: str = _DEFAULT_ENVIRONMENT


@dataclass(frozen=True, slots=True)
class IfsTokens:
    """IFS takes one token for each of its APIs. Spec: upstreams 6."""

    trusts: str = field(repr=False)
    plastic_packaging_tax: str = field(repr=False)
    pillar2: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UpstreamSettings:
    """Everything that the HTTP adapters need to know."""

    addresses: Mapping[Upstream, UpstreamAddress]
    hip: PlatformCredential
    des: PlatformCredential
    if_: PlatformCredential
    ifs: IfsTokens
    ifs_environment: str
    internal_auth_token: str = field(repr=False)
    connect_timeout: timedelta = timedelta(seconds=6)
    request_timeout: timedelta = timedelta(seconds=20)
    retry_intervals: tuple[timedelta, ...] = DEFAULT_RETRY_INTERVALS
    """The pauses of the one call that retries (DES, CESA)."""
    relationship_records_start: date = date(2015, 1, 1)
    """From when ended relationships are asked for (`inactive-relationships-client.record-start-date`)."""
    connections_per_upstream: int = 128
    """How many connections to one host and port; further calls wait, within their time-out."""
    largest_answer_bytes: int = 10 * 1024 * 1024


# Never leave the network that they resolve in: a name without a dot, and the machine itself.
_BARE_NAME = re.compile(r"[^.:]+")


def is_internal_host(host: str, patterns: tuple[str, ...]) -> bool:
    """Whether the caller's session may be shown to this host. Spec: upstreams 2.2.

    Besides the configured patterns: loopback addresses and names without a dot.
    """
    if _BARE_NAME.fullmatch(host) or any(re.search(pattern, host) for pattern in patterns):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_upstream_settings(
    variables: Mapping[str, str],
    *,
    is_production: bool,
    internal_host_patterns: tuple[str, ...],
    connect_timeout: timedelta = timedelta(seconds=6),
    request_timeout: timedelta = timedelta(seconds=20),
    retry_intervals: tuple[timedelta, ...] = DEFAULT_RETRY_INTERVALS,
    relationship_records_start: date = date(2015, 1, 1),
) -> UpstreamSettings:
    """The settings that the environment's variables mean; empty ones count as absent.

    Addresses: `AGENT_SERVICES_UPSTREAM_<NAME>_URL`, else `AGENT_SERVICES_UPSTREAM_URL`, else the default port on
    this machine. In production every credential must be given. Raises UpstreamSettingsInvalid, with all problems.
    """
    problems: list[str] = []
    given = {name: value for name, value in variables.items() if value}

    def secret(*names: str, default: str) -> str:
        for name in names:
            if name in given:
                if is_production and given[name] == default:
                    problems.append(f"{name}: the default secret is refused in production")
                return given[name]
        if is_production:
            problems.append(f"{names[0]}: must be given in production")
        return default

    def environment(upstream: Upstream) -> str:
        name = _environment_variable(upstream)
        if name not in given and is_production:
            problems.append(f"{name}: must be given in production")
        return given.get(name, _DEFAULT_ENVIRONMENT)

    def token(upstream: Upstream) -> str:
        return secret(_token_variable(upstream), default=_DEFAULT_TOKEN)

    def ifs_token(api: str) -> str:
        return secret(_ifs_token_variable(api), _token_variable(Upstream.IFS), default=_DEFAULT_TOKEN)

    addresses = {}
    for upstream, port in _DEFAULT_PORTS.items():
        variable = address_variable(upstream)
        source = variable if variable in given else _COMMON_URL
        url = given.get(source, f"http://localhost:{port}").rstrip("/")
        host = _host_of(url)
        if host is None:
            problems.append(f"{source}: not an http or https URL with a host, and without query or credentials")
        addresses[upstream] = UpstreamAddress(url, is_internal_host(host or "", internal_host_patterns))

    settings = UpstreamSettings(
        addresses=addresses,
        hip=PlatformCredential(token(Upstream.HIP)),
        des=PlatformCredential(token(Upstream.DES), environment(Upstream.DES)),
        if_=PlatformCredential(token(Upstream.IF), environment(Upstream.IF)),
        ifs=IfsTokens(*(ifs_token(api) for api in _IFS_APIS)),
        ifs_environment=environment(Upstream.IFS),
        internal_auth_token=secret(_INTERNAL_AUTH_TOKEN, default=_DEFAULT_INTERNAL_AUTH_TOKEN),
        connect_timeout=connect_timeout,
        request_timeout=request_timeout,
        retry_intervals=retry_intervals,
        relationship_records_start=relationship_records_start,
    )
    if problems:
        raise UpstreamSettingsInvalid("\n".join(dict.fromkeys(problems)))
    return settings


@dataclass(frozen=True, slots=True)
class DescribedSetting:
    """One upstream setting as an operator may see it."""

    variable: str
    shown: str
    """The value in effect; a secret is masked, and what has none reads `-`."""
    given_by: str | None
    """The variable that it comes from; None: the default."""


def described_upstreams(settings: UpstreamSettings, variables: Mapping[str, str]) -> list[DescribedSetting]:
    """Every variable that `read_upstream_settings` reads, with what is in effect."""

    def row(shown: str, *names: str) -> DescribedSetting:
        return DescribedSetting(names[0], shown, next((name for name in names if variables.get(name)), None))

    def address(upstream: Upstream) -> DescribedSetting:
        own = address_variable(upstream)
        if upstream in _NEIGHBOURS:
            return row(settings.addresses[upstream].base_url if variables.get(own) else "-", own)
        return row(settings.addresses[upstream].base_url, own, _COMMON_URL)

    common_ifs = _token_variable(Upstream.IFS)
    return [
        *(address(upstream) for upstream in _DEFAULT_PORTS),
        *(row(_MASKED, _token_variable(upstream)) for upstream in _WITH_TOKEN if upstream is not Upstream.IFS),
        row(_MASKED if variables.get(common_ifs) else "-", common_ifs),
        *(row(_MASKED, _ifs_token_variable(api), common_ifs) for api in _IFS_APIS),
        row(settings.des.environment, _environment_variable(Upstream.DES)),
        row(settings.if_.environment, _environment_variable(Upstream.IF)),
        row(settings.ifs_environment, _environment_variable(Upstream.IFS)),
        row(_MASKED, _INTERNAL_AUTH_TOKEN),
    ]


def refuse_real_upstreams(variables: Mapping[str, str]) -> None:
    """With the embedded sandbox no upstream may be elsewhere; neighbours may. Spec: sandbox 6, Security.

    Raises UpstreamSettingsInvalid, naming each variable that is in the way.
    """
    in_the_way = [
        name
        for name in (_COMMON_URL, *(address_variable(each) for each in _DEFAULT_PORTS if each not in _NEIGHBOURS))
        if variables.get(name)
    ]
    if in_the_way:
        raise UpstreamSettingsInvalid(
            "\n".join(f"{name}: has no effect beside the sandbox; want {_PREFIX}UPSTREAMS=http?" for name in in_the_way)
        )


def upstream_variables() -> frozenset[str]:
    """Every variable that `read_upstream_settings` reads, and those of upstreams that no service asks yet."""
    return frozenset(
        {_COMMON_URL, _INTERNAL_AUTH_TOKEN}
        | {f"{_PREFIX}UPSTREAM_{name}_URL" for name in _NOT_ASKED_YET}
        | {address_variable(upstream) for upstream in _DEFAULT_PORTS}
        | {_token_variable(upstream) for upstream in _WITH_TOKEN}
        | {_ifs_token_variable(api) for api in _IFS_APIS}
        | {_environment_variable(upstream) for upstream in _WITH_ENVIRONMENT}
    )


def address_variable(upstream: Upstream) -> str:
    """The variable that says where this upstream is."""
    return f"{_PREFIX}UPSTREAM_{upstream.setting_name}_URL"


def _token_variable(upstream: Upstream) -> str:
    return f"{_PREFIX}UPSTREAM_{upstream.setting_name}_AUTHORIZATION_TOKEN"


def _ifs_token_variable(api: str) -> str:
    return f"{_PREFIX}UPSTREAM_IFS_AUTHORIZATION_{api}_TOKEN"


def _environment_variable(upstream: Upstream) -> str:
    return f"{_PREFIX}UPSTREAM_{upstream.setting_name}_ENVIRONMENT"


def _host_of(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        return None
    if not is_usable or parts.query or parts.fragment or parts.username is not None:
        return None
    return parts.hostname
