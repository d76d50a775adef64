"""One installation in this process: everything started, and stopped in reverse."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from starlette.datastructures import State

from agent_services.auth import Authorisation, StrideRoles
from agent_services.authorisation_api import (
    AnswerSettings,
    AuthorisationApi,
    AuthorisationApiSettings,
    MessageStyle,
    build_authorisation_api,
)
from agent_services.composition.foundation import Foundation, foundation_of
from agent_services.composition.lock_records import lock_records
from agent_services.composition.upstreams import Surroundings, real_surroundings
from agent_services.invitations import Invitations, InvitationsSettings, build_invitations
from agent_services.mapping import MappingRoom, MappingSettings, SubscriptionJourneys, build_mapping
from agent_services.platform.audit import AuditDelivery, AuditSink, OneByOne
from agent_services.platform.http.test_only import RecordKind, TestOnly
from agent_services.relationships import (
    LateBoundRequests,
    Relationships,
    RelationshipsSettings,
    build_relationships,
)
from agent_services.settings import Settings
from agent_services.test_support import TestSupport, build_test_support
from agent_services.upstreams.agent_mapping import AgentMapping
from agent_services.upstreams.email.recording import RecordingEmail, SentEmails, SentEmailStore
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.ports import Upstreams

_EVENTS_AT_ONCE = 16
_RELATIONSHIPS = "agent-client-relationships"
_MAPPING = "agent-mapping"
_AUTHORISATION_API = "agent-authorisation-api"
_TEST_SUPPORT = "agent-authorisation-test-support-api"


@dataclass(frozen=True, slots=True)
class Platform:
    """The rooms, composed and started."""

    foundation: Foundation
    surroundings: Surroundings
    authorisation: Authorisation
    relationships: Relationships
    invitations: Invitations
    mapping: MappingRoom
    authorisation_api: AuthorisationApi
    test_support: TestSupport
    test_only: TestOnly

    def bind_to(self, state: State) -> None:
        """Puts the rooms where the routes look for them."""
        state.database = self.foundation.database
        state.authorisation = self.authorisation
        state.relationships = self.relationships
        state.invitations = self.invitations
        state.mapping = self.mapping
        state.authorisation_api = self.authorisation_api
        state.test_support = self.test_support
        state.test_only = self.test_only
        if self.surroundings.sandbox is not None:
            self.surroundings.sandbox.bind_to(state)


@asynccontextmanager
async def composed(settings: Settings, *, runs_jobs: bool) -> AsyncIterator[Platform]:
    """The installation, from here on and until the block ends.

    Raises DatabaseUnusable, KeysInvalid, UpstreamSettingsInvalid.
    """
    async with AsyncExitStack() as stack:
        foundation = await stack.enter_async_context(foundation_of(settings))
        surroundings = await stack.enter_async_context(_surroundings(settings, foundation))
        platform = _rooms(settings, foundation, surroundings)
        await _begin(platform)
        if runs_jobs:
            await _start_jobs(stack, foundation, surroundings)
        yield platform


async def work_until(stopped: asyncio.Event, settings: Settings) -> None:
    """Runs the jobs alone."""
    async with composed(settings, runs_jobs=True):
        await stopped.wait()


def _surroundings(settings: Settings, foundation: Foundation) -> Any:
    if settings.upstreams == "http":
        return real_surroundings(settings, foundation.clock)
    # Loaded here alone, so that a process in http mode holds no code of the sandbox.
    from agent_services.composition.sandbox import embedded_sandbox

    return embedded_sandbox(settings, foundation)


async def _begin(platform: Platform) -> None:
    """What must be there before the first request."""
    sandbox = platform.surroundings.sandbox
    if sandbox is not None:
        sandbox.put_into_snapshots(platform.test_only.kinds)
        await sandbox.open_first_day(lambda: _first_day(platform))


async def _first_day(platform: Platform) -> None:
    """The services' stores as the cast has them."""
    from agent_services.composition.sandbox import first_mappings

    for kind in platform.test_only.kinds.values():
        await kind.clear()
    await platform.test_only.forget()
    await platform.mapping.record_kinds["mapping"].replace(first_mappings())


async def _start_jobs(stack: AsyncExitStack, foundation: Foundation, surroundings: Surroundings) -> None:
    sink: AuditSink
    if surroundings.sandbox is None:
        audit = surroundings.calling_as(_RELATIONSHIPS).audit
        sink = OneByOne(audit.deliver, failures=(UpstreamFailed,), at_once=_EVENTS_AT_ONCE)
    else:
        sink = surroundings.sandbox.audit_sink
    delivery = AuditDelivery(foundation.audit, sink, foundation.locks, foundation.clock)
    delivery.start()
    stack.push_async_callback(delivery.stop)
    foundation.jobs.start()
    stack.push_async_callback(foundation.jobs.stop)


def _rooms(settings: Settings, foundation: Foundation, surroundings: Surroundings) -> Platform:
    sent_emails = SentEmails(SentEmailStore(foundation.database.pool), foundation.cipher, foundation.clock)
    ports = surroundings.calling_as(_RELATIONSHIPS)
    if settings.test_only:
        ports = replace(ports, email=RecordingEmail(ports.email, sent_emails))
    authorisation = Authorisation(ports.auth, _roles(settings))
    mapping = _mapping(settings, foundation, surroundings.calling_as(_MAPPING), surroundings.journeys)
    neighbour = surroundings.neighbour_mapping or mapping.own_mappings
    requests = LateBoundRequests()
    relationships = _relationships(settings, foundation, ports, neighbour, requests)
    invitations = _invitations(settings, foundation, ports, neighbour, relationships)
    requests.bind(invitations.authorisation_requests)
    authorisation_api = build_authorisation_api(
        invitations=invitations,
        audit=foundation.audit,
        clock=foundation.clock,
        settings=_authorisation_api_settings(settings),
    )
    test_support = build_test_support(
        invitations=invitations,
        stubs=surroundings.calling_as(_TEST_SUPPORT).agents_external_stubs,
        authorisation=authorisation,
    )
    kinds = {**relationships.record_kinds, **invitations.record_kinds, **mapping.record_kinds}
    return Platform(
        foundation=foundation,
        surroundings=surroundings,
        authorisation=authorisation,
        relationships=relationships,
        invitations=invitations,
        mapping=mapping,
        authorisation_api=authorisation_api,
        test_support=test_support,
        test_only=_test_only(foundation, sent_emails, kinds),
    )


def _roles(settings: Settings) -> StrideRoles:
    return StrideRoles(
        old=settings.old_auth_stride_role,
        new=settings.new_auth_stride_role,
        partial_authorisations=settings.partial_auth_stride_role,
    )


def _relationships(
    settings: Settings, foundation: Foundation, ports: Upstreams, neighbour: AgentMapping, requests: LateBoundRequests
) -> Relationships:
    return build_relationships(
        database=foundation.database,
        clock=foundation.clock,
        locks=foundation.locks,
        jobs=foundation.jobs,
        audit=foundation.audit,
        cipher=foundation.cipher,
        enrolments=ports.enrolment_store_proxy,
        tax_enrolments=ports.tax_enrolments,
        users=ports.users_groups_search,
        hip=ports.hip,
        des=ports.des,
        agents=ports.agent_services_account,
        agent_permissions=ports.agent_permissions,
        agent_user_client_details=ports.agent_user_client_details,
        agent_fi=ports.agent_fi_relationship,
        agent_mapping=neighbour,
        requests=requests,
        settings=RelationshipsSettings(
            copies_income_tax=settings.features_copy_relationship_mtd_it,
            recovers=settings.features_recovery_enable,
            recovery_interval=settings.recovery_interval,
            recovery_timeout=settings.recovery_timeout,
            termination_username=settings.agent_termination_username.get_secret_value(),
            termination_password=settings.agent_termination_password.get_secret_value(),
        ),
    )


def _invitations(
    settings: Settings, foundation: Foundation, ports: Upstreams, neighbour: AgentMapping, relationships: Relationships
) -> Invitations:
    return build_invitations(
        database=foundation.database,
        clock=foundation.clock,
        jobs=foundation.jobs,
        audit=foundation.audit,
        cipher=foundation.cipher,
        relationships=relationships,
        agents=ports.agent_services_account,
        citizen_details=ports.citizen_details,
        des=ports.des,
        ifs=ports.ifs,
        if_cbc=ports.if_,
        hip=ports.hip,
        enrolments=ports.enrolment_store_proxy,
        agent_fi=ports.agent_fi_relationship,
        agent_mapping=neighbour,
        email=ports.email,
        settings=InvitationsSettings(
            expiry_duration=settings.invitation_expiry_duration,
            expire_after=timedelta(days=settings.mongodb_invitations_expire_after_days),
            schedules_enabled=settings.email_scheduler_enabled,
            warning_email_schedule=settings.email_scheduler_warning_email_cron_expression,
            expired_email_schedule=settings.email_scheduler_expired_email_cron_expression,
            overseas_itsa_enabled=settings.features_overseas_itsa_enabled,
            alt_itsa=settings.alt_itsa,
        ),
    )


def _mapping(
    settings: Settings, foundation: Foundation, ports: Upstreams, journeys: SubscriptionJourneys | None
) -> MappingRoom:
    room = build_mapping(
        database=foundation.database,
        clock=foundation.clock,
        audit=foundation.audit,
        cipher=foundation.cipher,
        enrolment_store_proxy=ports.enrolment_store_proxy,
        journeys=journeys,
        settings=MappingSettings(
            client_count_batch_size=settings.client_count_batch_size,
            client_count_max_records=settings.client_count_max_records,
            agent_termination_username=settings.agent_termination_username.get_secret_value(),
            agent_termination_password=settings.agent_termination_password.get_secret_value(),
        ),
    )
    room.register_jobs(foundation.jobs)
    return room


def _authorisation_api_settings(settings: Settings) -> AuthorisationApiSettings:
    return AuthorisationApiSettings(
        supported_versions=settings.api_supported_versions,
        messages=MessageStyle(settings.authorisation_api_messages),
        shown_days=settings.get_requests_show_last_days,
        answers=AnswerSettings(
            invitations_url=settings.agent_invitations_frontend_external_url or f"{settings.site_url}/invitations/",
            relationships_url=(
                settings.agent_client_relationships_frontend_external_url or f"{settings.site_url}/ui"
            ).rstrip("/"),
            service_as_string=settings.v2_service_as_string,
        ),
        checks_vrn_digits=settings.vrn_checksum,
        access_type=settings.api_access_type,
        allowed_application_ids=settings.api_access_white_list_application_ids,
    )


def _test_only(foundation: Foundation, sent_emails: SentEmails, kinds: dict[str, RecordKind]) -> TestOnly:
    async def forget() -> None:
        await foundation.audit.forget()
        await sent_emails.forget()

    return TestOnly(
        kinds={**kinds, "lock": lock_records(foundation.held_locks, foundation.clock)},
        run_job=foundation.jobs.run_once,
        job_names=lambda: foundation.jobs.scheduled_names,
        clock=foundation.clock,
        audit_events=foundation.audit.events,
        emails=sent_emails.all,
        forget=forget,
    )
