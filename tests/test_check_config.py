"""`agent-services check-config`: what an operator sees before a start. Spec: design, Contracts other tools rely on."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agent_services.cli import app


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the developer's own `.env` and variables."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("AGENT_SERVICES_")]:
        monkeypatch.delenv(name)


def check_config(variables: Mapping[str, str]) -> Result:
    return CliRunner().invoke(app, ["check-config"], env=dict(variables))


def shown(result: Result) -> dict[str, str]:
    """Variable to the rest of its line."""
    return {line.split()[0]: " ".join(line.split()[1:]) for line in result.output.splitlines() if line}


def test_each_upstream_is_shown_with_where_its_address_comes_from() -> None:
    result = check_config(
        {
            "AGENT_SERVICES_UPSTREAMS": "http",
            "AGENT_SERVICES_UPSTREAM_URL": "http://localhost:9009",
            "AGENT_SERVICES_UPSTREAM_EMAIL_URL": "http://email.mdtp/",
        }
    )

    lines = shown(result)
    assert result.exit_code == 0
    assert lines["AGENT_SERVICES_UPSTREAM_EMAIL_URL"] == "http://email.mdtp (environment)"
    assert (
        lines["AGENT_SERVICES_UPSTREAM_HIP_URL"] == "http://localhost:9009 (AGENT_SERVICES_UPSTREAM_URL, environment)"
    )
    assert lines["AGENT_SERVICES_UPSTREAM_AGENT_MAPPING_URL"] == "- (default)"
    assert lines["AGENT_SERVICES_UPSTREAM_DES_ENVIRONMENT"] == "test (default)"


def test_without_a_common_address_the_usual_ports_are_shown() -> None:
    lines = shown(check_config({"AGENT_SERVICES_UPSTREAMS": "http"}))

    assert lines["AGENT_SERVICES_UPSTREAM_AUTH_URL"] == "http://localhost:8500 (default)"


def test_the_file_is_a_source_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AGENT_SERVICES_UPSTREAMS=http\nAGENT_SERVICES_UPSTREAM_DES_URL=http://des.mdtp\n")

    lines = shown(check_config({}))

    assert lines["AGENT_SERVICES_UPSTREAM_DES_URL"] == "http://des.mdtp (.env)"


def test_secrets_are_masked() -> None:
    result = check_config(
        {
            "AGENT_SERVICES_UPSTREAMS": "http",
            "AGENT_SERVICES_UPSTREAM_HIP_AUTHORIZATION_TOKEN": "zzz-hip",
            "AGENT_SERVICES_UPSTREAM_IFS_AUTHORIZATION_TOKEN": "zzz-ifs",
            "AGENT_SERVICES_INTERNAL_AUTH_TOKEN": "zzz-internal",
            "AGENT_SERVICES_SERVICE_TOKEN": "zzz-service",
        }
    )

    lines = shown(result)
    assert "zzz" not in result.output
    assert lines["AGENT_SERVICES_UPSTREAM_HIP_AUTHORIZATION_TOKEN"] == "******** (environment)"
    assert lines["AGENT_SERVICES_UPSTREAM_IFS_AUTHORIZATION_API1712_TOKEN"] == (
        "******** (AGENT_SERVICES_UPSTREAM_IFS_AUTHORIZATION_TOKEN, environment)"
    )
    assert lines["AGENT_SERVICES_INTERNAL_AUTH_TOKEN"] == "******** (environment)"


def test_all_problems_are_named_at_once() -> None:
    result = check_config(
        {
            "AGENT_SERVICES_ENVIRONMENT": "production",
            "AGENT_SERVICES_UPSTREAMS": "http",
            "AGENT_SERVICES_PORT": "ninety",
            "AGENT_SERVICES_UPSTREAM_HIP_URL": "hip.example.org",
            "AGENT_SERVICES_UPSTREAM_DES_AUTHORIZATION_TOKEN": "secret",
        }
    )

    assert result.exit_code == 1
    assert "AGENT_SERVICES_PORT: " in result.output
    assert "AGENT_SERVICES_UPSTREAM_HIP_URL: not an http or https URL" in result.output
    assert "AGENT_SERVICES_UPSTREAM_DES_AUTHORIZATION_TOKEN: the default secret is refused" in result.output
    assert "AGENT_SERVICES_UPSTREAM_IF_AUTHORIZATION_TOKEN: must be given in production" in result.output
    assert "AGENT_SERVICES_INTERNAL_AUTH_TOKEN: must be given in production" in result.output


def test_a_real_upstream_beside_the_sandbox_is_refused() -> None:
    """sandbox 6, Security"""
    result = check_config({"AGENT_SERVICES_UPSTREAM_HIP_URL": "http://hip.mdtp"})

    assert result.exit_code == 1
    assert "AGENT_SERVICES_UPSTREAM_HIP_URL: has no effect beside the sandbox" in result.output


def test_a_neighbour_beside_the_sandbox_is_not() -> None:
    """README, Neighbours"""
    result = check_config({"AGENT_SERVICES_UPSTREAM_AGENT_MAPPING_URL": "http://agent-mapping.mdtp"})

    assert result.exit_code == 0


def test_a_misspelt_upstream_is_pointed_out() -> None:
    result = check_config({"AGENT_SERVICES_UPSTREAMS": "http", "AGENT_SERVICES_UPSTREAM_HPI_URL": "http://hip.mdtp"})

    assert result.exit_code == 0
    assert (
        "AGENT_SERVICES_UPSTREAM_HPI_URL is no setting of ours; did you mean AGENT_SERVICES_UPSTREAM_HIP_URL?"
        in result.output
    )
