"""What the environment's variables mean. Spec: upstreams 2.1, 2.2; design, Contracts other tools rely on."""

import pytest

from agent_services.upstreams.names import Upstream
from agent_services.upstreams.settings import (
    UpstreamSettings,
    UpstreamSettingsInvalid,
    is_internal_host,
    read_upstream_settings,
    upstream_variables,
)

PATTERNS = (r"^.*\.service$", r"^.*\.mdtp$", r"^localhost$")
PRODUCTION = {
    "AGENT_SERVICES_UPSTREAM_HIP_AUTHORIZATION_TOKEN": "a",
    "AGENT_SERVICES_UPSTREAM_DES_AUTHORIZATION_TOKEN": "b",
    "AGENT_SERVICES_UPSTREAM_IF_AUTHORIZATION_TOKEN": "c",
    "AGENT_SERVICES_UPSTREAM_IFS_AUTHORIZATION_TOKEN": "d",
    "AGENT_SERVICES_UPSTREAM_DES_ENVIRONMENT": "live",
    "AGENT_SERVICES_UPSTREAM_IF_ENVIRONMENT": "live",
    "AGENT_SERVICES_UPSTREAM_IFS_ENVIRONMENT": "live",
    "AGENT_SERVICES_INTERNAL_AUTH_TOKEN": "e",
}


def read(variables: dict[str, str], *, is_production: bool = False) -> UpstreamSettings:
    return read_upstream_settings(variables, is_production=is_production, internal_host_patterns=PATTERNS)


def test_an_upstream_of_its_own_stands_above_the_common_one_and_that_above_the_default() -> None:
    common = {"AGENT_SERVICES_UPSTREAM_URL": "http://one.mdtp:80/"}

    addresses = read({**common, "AGENT_SERVICES_UPSTREAM_HIP_URL": "https://hip.example.org/base"}).addresses

    assert addresses[Upstream.HIP].base_url == "https://hip.example.org/base"
    assert addresses[Upstream.DES].base_url == "http://one.mdtp:80"
    assert read({}).addresses[Upstream.AUTH].base_url == "http://localhost:8500"


@pytest.mark.parametrize(
    ("host", "is_internal"),
    [
        ("auth.service", True),
        ("auth.public.mdtp", True),
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("sandbox", True),
        ("hip.example.org", False),
        ("192.0.2.1", False),
        ("localhost.example.org", False),
        ("mdtp.example.org", False),
    ],
)
def test_internal_hosts(host: str, is_internal: bool) -> None:
    assert is_internal_host(host, PATTERNS) is is_internal


@pytest.mark.parametrize("url", ["hip.example.org", "ftp://x", "http://", "http://u:p@x", "http://x?y=1", "http://x:y"])
def test_an_address_that_cannot_be_one(url: str) -> None:
    with pytest.raises(UpstreamSettingsInvalid, match="AGENT_SERVICES_UPSTREAM_HIP_URL") as invalid:
        read({"AGENT_SERVICES_UPSTREAM_HIP_URL": url})

    assert url not in str(invalid.value).split()


def test_production_wants_every_credential() -> None:
    with pytest.raises(UpstreamSettingsInvalid) as invalid:
        read({**PRODUCTION, "AGENT_SERVICES_UPSTREAM_DES_AUTHORIZATION_TOKEN": "secret"}, is_production=True)

    assert str(invalid.value) == (
        "AGENT_SERVICES_UPSTREAM_DES_AUTHORIZATION_TOKEN: the default secret is refused in production"
    )
    assert read(PRODUCTION, is_production=True).ifs.pillar2 == "d"


@pytest.mark.parametrize("missing", sorted(PRODUCTION))
def test_a_missing_credential_is_named(missing: str) -> None:
    variables = {name: value for name, value in PRODUCTION.items() if name != missing}

    with pytest.raises(UpstreamSettingsInvalid):
        read(variables, is_production=True)


def test_ifs_has_one_token_for_each_api() -> None:
    ifs = read(
        {
            "AGENT_SERVICES_UPSTREAM_IFS_AUTHORIZATION_TOKEN": "common",
            "AGENT_SERVICES_UPSTREAM_IFS_AUTHORIZATION_API1712_TOKEN": "own",
        }
    ).ifs

    assert (ifs.trusts, ifs.plastic_packaging_tax, ifs.pillar2) == ("common", "own", "common")


def test_no_secret_is_ever_printed() -> None:
    settings = read({**PRODUCTION, "AGENT_SERVICES_INTERNAL_AUTH_TOKEN": "zzz-secret"})

    assert "zzz-secret" not in repr(settings)
    assert "token" not in repr(settings.hip)


def test_every_variable_is_named() -> None:
    assert set(PRODUCTION) <= upstream_variables()
    assert {f"AGENT_SERVICES_UPSTREAM_{name}_URL" for name in ("AUTH", "IF", "ENROLMENT_STORE_PROXY")} <= (
        upstream_variables()
    )
