"""Every setting, read once from the environment (prefix `AGENT_SERVICES_`) and `.env`, checked at start.

Read by `app.py` and `cli.py` alone; everybody else is given what they need. A key of a spec's configuration
table is the field of the same words: `features.copy-relationship.mtd-it` is `features_copy_relationship_mtd_it`.
Spec: design, Contracts other tools rely on.
"""

import difflib
import os
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from agent_services.platform.durations import parse_duration
from agent_services.upstreams.settings import upstream_variables

PREFIX = "AGENT_SERVICES_"
DEFAULT_SECRETS = frozenset({"secret", "password", "username"})


def _duration(given: object) -> object:
    return parse_duration(given) if isinstance(given, str) else given


def _listed(given: object) -> object:
    return tuple(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Durations = Annotated[
    tuple[timedelta, ...],
    NoDecode,
    BeforeValidator(lambda given: tuple(map(parse_duration, _listed(given))) if isinstance(given, str) else given),
]


class SettingsInvalid(Exception):
    """Settings that cannot be used. The text names each variable and what is wrong, never a secret's value."""


class Settings(BaseSettings):
    """The whole configuration of one installation."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    # Where it runs
    environment: Literal["development", "production"] = "development"
    host: str = "127.0.0.1"
    port: int = Field(default=9400, ge=0, le=65535)
    data_dir: Path = Path(".agent-services")
    database_url: SecretStr | None = None
    database_pool_size: int = Field(default=16, ge=4, le=200)
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    # What it talks to
    upstreams: Literal["sandbox", "http"] = "sandbox"
    upstream_url: str | None = None
    service_token: SecretStr | None = None
    internal_auth_token: SecretStr | None = None
    internal_auth_token_enabled_on_start: bool = True
    internal_service_host_patterns: Words = (r"^.*\.service$", r"^.*\.mdtp$", r"^localhost$")
    bootstrap_http_headers_allowlist: Words = ()
    play_ws_timeout_connection: Duration = timedelta(seconds=6)
    play_ws_timeout_request: Duration = timedelta(seconds=20)
    http_verbs_retries_intervals: Durations = (
        timedelta(milliseconds=500),
        timedelta(seconds=1),
        timedelta(seconds=2),
        timedelta(seconds=4),
        timedelta(seconds=8),
    )
    auditing_enabled: bool = True

    # What is served besides
    test_only: bool = False
    test_support: bool | None = None

    # Personal data
    encryption_keys: SecretStr | None = None
    lookup_key: SecretStr | None = None

    # Relationships (relationships 15)
    features_copy_relationship_mtd_it: bool = True
    features_recovery_enable: bool = True
    recovery_interval: Duration = timedelta(seconds=60)
    recovery_timeout: Duration = timedelta(days=7)
    features_overseas_itsa_enabled: bool = True
    inactive_relationships_client_record_start_date: date = date(2015, 1, 1)
    agent_termination_username: SecretStr = SecretStr("username")
    agent_termination_password: SecretStr = SecretStr("password")
    old_auth_stride_role: str = "maintain agent relationships"
    new_auth_stride_role: str = "maintain_agent_relationships"
    partial_auth_stride_role: str = "maintain_agent_manually_assure"
    lock_wait: Duration = timedelta(seconds=5)

    # Invitations (invitations 21)
    invitation_expiry_duration: Duration = timedelta(days=21)
    mongodb_invitations_expire_after_days: int = Field(default=30, ge=1)
    email_scheduler_enabled: bool = True
    email_scheduler_warning_email_cron_expression: str = "*/5 * * * *"
    email_scheduler_expired_email_cron_expression: str = "*/5 * * * *"
    alt_itsa: bool = True
    agent_invitations_frontend_external_url: str | None = None
    agent_client_relationships_frontend_external_url: str | None = None

    # Authorisation API (authorisation-api 2, 4.3, 5, 7)
    api_supported_versions: Words = ("1.0", "2.0")
    api_access_type: Literal["PRIVATE", "PUBLIC"] = "PRIVATE"
    api_access_white_list_application_ids: Words = ()
    authorisation_api_messages: Literal["documented", "emitted"] = "documented"
    get_requests_show_last_days: int = Field(default=30, ge=1)
    v2_service_as_string: bool = False
    vrn_checksum: bool = False

    # Mapping (mapping 9)
    client_count_batch_size: int = Field(default=500, ge=1)
    client_count_max_records: int = Field(default=2000, ge=1)

    # Sandbox
    sandbox_seed: Literal["cast", "none"] = "cast"
    sandbox_client_id: str | None = None
    sandbox_client_secret: SecretStr | None = None
    sandbox_refuses_unpublished_versions: bool = False
    sandbox_rate_limit: int = Field(default=0, ge=0)

    @field_validator("old_auth_stride_role")
    @classmethod
    def _decode_role(cls, given: str) -> str:
        # The reference's configuration writes this one URL-encoded. Spec: relationships 0.2.
        return given.replace("%20", " ")

    @field_validator("invitation_expiry_duration")
    @classmethod
    def _whole_days(cls, given: timedelta) -> timedelta:
        if given < timedelta(days=1):
            raise ValueError("must be at least one day")
        return given

    @model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        if self.invitation_expiry_duration >= timedelta(days=self.mongodb_invitations_expire_after_days):
            raise ValueError(
                f"{PREFIX}INVITATION_EXPIRY_DURATION must stay below {PREFIX}MONGODB_INVITATIONS_EXPIRE_AFTER_DAYS"
            )
        if self.environment == "production":
            self._refuse_in_production()
        return self

    def _refuse_in_production(self) -> None:
        refused = {
            "UPSTREAMS": self.upstreams == "sandbox",
            "TEST_ONLY": self.test_only,
            "TEST_SUPPORT": bool(self.test_support),
            "AGENT_TERMINATION_USERNAME": self.agent_termination_username.get_secret_value() in DEFAULT_SECRETS,
            "AGENT_TERMINATION_PASSWORD": self.agent_termination_password.get_secret_value() in DEFAULT_SECRETS,
            "ENCRYPTION_KEYS": self.encryption_keys is None,
            "LOOKUP_KEY": self.lookup_key is None,
        }
        names = [PREFIX + name for name, is_refused in refused.items() if is_refused]
        if names:
            raise ValueError(
                f"with {PREFIX}ENVIRONMENT=production these need another value: {', '.join(names)} "
                "(no sandbox, no test routes, no default secrets, keys given)"
            )

    @property
    def serves_test_support(self) -> bool:
        """Spec: test-support 1."""
        if self.test_support is not None:
            return self.test_support
        return self.environment != "production" and (self.upstreams == "sandbox" or self.test_only)

    @property
    def registers_internal_auth_token(self) -> bool:
        """Whether internal-auth is told our token at start; in production only when asked. Spec: upstreams 1, 17."""
        asked_for = "internal_auth_token_enabled_on_start" in self.model_fields_set
        return (
            self.upstreams == "http"
            and self.internal_auth_token_enabled_on_start
            and (self.environment != "production" or asked_for)
        )

    @property
    def site_url(self) -> str:
        """Our own site, as a browser on this machine reaches it."""
        return f"http://localhost:{self.port}"


def load_settings(**given: object) -> Settings:
    """The settings of this process. `given` stands above the environment (the command line's options).

    Raises SettingsInvalid.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]  # checked by the model itself
    except ValidationError as error:
        raise SettingsInvalid(_in_words(error)) from None


def unknown_variables(environ: Mapping[str, str]) -> dict[str, str | None]:
    """Variables with our prefix that mean nothing to us, each with the nearest name that does."""
    known = variable_names().keys() | upstream_variables()
    unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in known)
    return {name: next(iter(difflib.get_close_matches(name, known, n=1)), None) for name in unknown}


def variable_names() -> dict[str, str]:
    """Environment variable to field name."""
    return {PREFIX + field.upper(): field for field in Settings.model_fields}


def environment_with_file() -> dict[str, str]:
    """The environment, with `.env` below it."""
    from_file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return {**from_file, **os.environ}


def described(settings: Settings) -> list[tuple[str, str, str]]:
    """Variable, value (secrets masked) and source of each setting, for `agent-services check-config`."""
    file_names = set(dotenv_values(".env"))
    rows = []
    for name, field in variable_names().items():
        value = getattr(settings, field)
        source = "environment" if name in os.environ else ".env" if name in file_names else "default"
        rows.append((name, _shown(value), source))
    return rows


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, tuple):
        return ",".join(_shown(part) for part in value)
    return str(value)


def _in_words(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        name = PREFIX + "_".join(str(part) for part in problem["loc"]).upper() if problem["loc"] else "settings"
        lines.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}")
    return "\n".join(lines)
