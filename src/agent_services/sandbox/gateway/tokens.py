"""Issuing, refreshing and revoking tokens. Spec: authorisation-api 8.3; revocation RFC 7009."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import uuid4

from agent_services.platform.clock import Clock
from agent_services.platform.database import Database, UnitOfWork
from agent_services.sandbox.gateway.apis import ApiTable
from agent_services.sandbox.gateway.applications import Applications
from agent_services.sandbox.gateway.authorising import scopes_in
from agent_services.sandbox.gateway.credentials import digest_of, is_equal, new_token, s256
from agent_services.sandbox.gateway.errors import InvalidGrant, InvalidRequest, InvalidScope
from agent_services.sandbox.gateway.forms import required
from agent_services.sandbox.gateway.people import People, Sessions
from agent_services.sandbox.gateway.store import JourneyStore, TokenStore
from agent_services.sandbox.gateway.store.applications import Application
from agent_services.sandbox.gateway.store.journeys import Code
from agent_services.sandbox.gateway.store.tokens import AccessToken, Authority, RefreshTokenInUse
from agent_services.sandbox.sessions.store import name_of_secret

ACCESS_LIFE: Final = timedelta(seconds=14400)
AUTHORITY_MONTHS: Final = 18

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_STAFF = "PrivilegedApplication"
_EVERYBODY_ELSE = "GovernmentGateway"
# What a token of an application says that asked for no scope.
_NO_SCOPE = "default"


class GrantType(StrEnum):
    AUTHORIZATION_CODE = "authorization_code"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105
    CLIENT_CREDENTIALS = "client_credentials"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """What a client is given; the only time that a token is in clear. Absent members are left out."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    scope: str | None = None

    def as_json(self) -> dict[str, str | int]:
        body: dict[str, str | int] = {
            "access_token": self.access_token,
            "token_type": "bearer",
            "expires_in": int(ACCESS_LIFE.total_seconds()),
        }
        if self.refresh_token is not None:
            body["refresh_token"] = self.refresh_token
        if self.scope is not None:
            body["scope"] = self.scope
        return body


class Tokens:
    """The three grants, tokens for programs without a browser, and revocation."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        applications: Applications,
        table: ApiTable,
        people: People,
        sessions: Sessions,
    ) -> None:
        self._database = database
        self._codes = JourneyStore(database.pool)
        self._store = TokenStore(database.pool)
        self._clock = clock
        self._applications = applications
        self._table = table
        self._people = people
        self._sessions = sessions

    async def redeem(self, application: Application, form: Mapping[str, str]) -> IssuedToken:
        """The authorisation-code grant. A refused attempt leaves the code as it is.

        Of any number of attempts at once exactly one succeeds. A later one does not take the tokens away again:
        a client whose answer was lost, and which tries once more, would lose what its first attempt got.
        """
        redirect_uri = required(form, "redirect_uri")
        if not self._applications.may_redirect(application, redirect_uri):
            raise InvalidRequest("redirect_uri is invalid")
        if "code" not in form:
            raise InvalidRequest("code is required for given grant_type")
        digest = digest_of(form["code"])
        code = await self._codes.code(digest, now=self._clock.now())
        if code is None or code.client_id != application.client_id:
            raise InvalidRequest("code is invalid")
        if code.redirect_uri != redirect_uri:
            raise InvalidRequest("redirect_uri is invalid")
        _check_verifier(code, form.get("code_verifier"))
        authority = await self._new_authority(application.client_id, code.user_id, code.scopes)
        async with self._database.unit_of_work() as work:
            if not await self._codes.redeem(work, digest, now=self._clock.now()):
                raise InvalidRequest("code is invalid")
            return await self._grant(work, authority)

    async def refresh(self, application: Application, form: Mapping[str, str]) -> IssuedToken:
        """The refresh-token grant: the old refresh token is dead and the old access token over, at once."""
        if "refresh_token" not in form:
            raise InvalidRequest("refresh_token is required for given grant_type")
        try:
            async with self._database.unit_of_work() as work:
                authority = await self._store.authority_to_refresh(
                    work, digest_of(form["refresh_token"]), now=self._clock.now()
                )
                if authority is None or authority.client_id != application.client_id:
                    raise InvalidGrant("refresh_token is invalid")
                ended = await self._store.end_access_tokens(work, authority.authority_id)
                await self._sessions.end_all(ended, work=work)
                return await self._issue(work, authority)
        except RefreshTokenInUse:
            raise InvalidRequest("refresh_token is being used") from None

    async def for_application(self, application: Application, form: Mapping[str, str]) -> IssuedToken:
        """The client-credentials grant: no person, no refresh token."""
        scopes = self._known_scopes(form.get("scope", ""))
        access_token = new_token()
        async with self._database.unit_of_work() as work:
            await self._store.add_access_token(
                work,
                digest_of(access_token),
                AccessToken(application.client_id, scopes),
                ends_at=self._clock.now() + ACCESS_LIFE,
            )
        return IssuedToken(access_token, scope=" ".join(scopes) or _NO_SCOPE)

    async def for_person(self, user_id: str, scope: str | None) -> IssuedToken:
        """A token of the box's own application without a browser; no scope named means every scope.

        Raises InvalidRequest for an unknown person and InvalidScope. Spec: design, sandbox sign-in for programs.
        """
        scopes = self._known_scopes(scope or "") or tuple(sorted(self._table.scopes))
        if "\0" in user_id or await self._people.find(user_id) is None:
            raise InvalidRequest("userId is invalid")
        authority = await self._new_authority(self._applications.box.client_id, user_id, scopes)
        async with self._database.unit_of_work() as work:
            return await self._grant(work, authority)

    async def revoke(self, application: Application, token: str) -> None:
        """Ends an access token, or with a refresh token the whole authority. An unknown token is no failure.

        Raises InvalidGrant for another application's token. RFC 7009 2.1, 2.2.
        """
        digest = digest_of(token)
        access = await self._store.access_token(digest, now=self._clock.now())
        async with self._database.unit_of_work() as work:
            if access is not None:
                _check_owner(access.client_id, application)
                await self._store.end_access_token(work, digest)
                if access.session_id is not None:
                    await self._sessions.end_all([access.session_id], work=work)
                return
            authority = await self._store.authority_to_end(work, digest)
            if authority is not None:
                _check_owner(authority.client_id, application)
                ended = await self._store.end_access_tokens(work, authority.authority_id)
                await self._sessions.end_all(ended, work=work)
                await self._store.end_authority(work, authority.authority_id)

    async def _new_authority(self, client_id: str, user_id: str, scopes: tuple[str, ...]) -> Authority:
        # Asked before the unit of work: whoever holds one connection and waits for another can wait for ever.
        person = await self._people.find(user_id)
        provider = _STAFF if person is not None and person.stride_roles else _EVERYBODY_ELSE
        return Authority(uuid4(), client_id, user_id, provider, scopes)

    async def _grant(self, work: UnitOfWork, authority: Authority) -> IssuedToken:
        now = self._clock.now()
        ends_at = months_later(now, AUTHORITY_MONTHS)
        await self._store.add_authority(work, authority, granted_at=now, ends_at=ends_at)
        issued = await self._issue(work, authority)
        return IssuedToken(issued.access_token, issued.refresh_token, " ".join(authority.scopes))

    async def _issue(self, work: UnitOfWork, authority: Authority) -> IssuedToken:
        """A fresh pair of tokens, and the session that makes the access token stand for its person everywhere."""
        access_token, refresh_token = new_token(), new_token()
        ends_at = self._clock.now() + ACCESS_LIFE
        session = await self._sessions.open(
            authority.user_id,
            provider_type=authority.provider,
            token=name_of_secret(access_token),
            expires_at=ends_at,
            work=work,
        )
        await self._store.put_refresh_token(work, authority.authority_id, digest_of(refresh_token))
        token = AccessToken(
            authority.client_id, authority.scopes, authority.user_id, session.session_id, authority.authority_id
        )
        await self._store.add_access_token(work, digest_of(access_token), token, ends_at=ends_at)
        return IssuedToken(access_token, refresh_token)

    def _known_scopes(self, text: str) -> tuple[str, ...]:
        scopes = scopes_in(text)
        if not set(scopes) <= self._table.scopes:
            raise InvalidScope
        return scopes


def months_later(instant: datetime, months: int) -> datetime:
    """The same day and time that many calendar months on, or the month's last day if it is shorter."""
    years, month = divmod(instant.month - 1 + months, 12)
    year, month = instant.year + years, month + 1
    first_of_next = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001
    last_day = (first_of_next - timedelta(days=1)).day
    return instant.replace(year=year, month=month, day=min(instant.day, last_day))


def _check_verifier(code: Code, verifier: str | None) -> None:
    """RFC 7636 4.6, with the words of 8.3."""
    if code.code_challenge is None:
        if verifier is not None:
            raise InvalidRequest("code_verifier is not expected")
        return
    if verifier is None:
        raise InvalidRequest("code_verifier is expected when code_challenge was supplied")
    if not _VERIFIER.fullmatch(verifier):
        raise InvalidRequest("code_verifier must contain valid characters of length between 43 and 128")
    if not is_equal(s256(verifier), code.code_challenge):
        raise InvalidGrant("code_verifier is invalid")


def _check_owner(client_id: str, application: Application) -> None:
    if client_id != application.client_id:
        raise InvalidGrant("the token was issued to another application")
