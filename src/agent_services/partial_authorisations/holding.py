"""Partial authorisations: authority for income tax before the client has signed up. Spec: relationships 11.1."""

from datetime import datetime

from agent_services.identifiers import Arn, Nino
from agent_services.partial_authorisations.errors import NotPartiallyAuthorisable
from agent_services.partial_authorisations.store import PartialAuthorisation, PartialAuthorisationStore
from agent_services.platform.database import UnitOfWork
from agent_services.tax_services import tax_service


class PartialAuthorisations:
    """Gives, ends and finds them. Whoever changes one audits it, in the same unit of work."""

    def __init__(self, store: PartialAuthorisationStore) -> None:
        self._store = store

    async def create(self, work: UnitOfWork, arn: Arn, service: str, nino: Nino, *, at: datetime) -> None:
        """Raises DuplicatePartialAuthorisation, and NotPartiallyAuthorisable for any service but income tax."""
        row = tax_service(service)
        if row is None or not row.allows_partial_authorisation:
            raise NotPartiallyAuthorisable
        await self._store.insert_active(work, arn, service, nino, at=at)

    async def end(self, work: UnitOfWork, arn: Arn, service: str, nino: Nino, *, at: datetime) -> bool:
        """Whether an active one ended. It stays as history."""
        return await self._store.deactivate(work, arn, service, nino, at=at)

    async def end_main(self, work: UnitOfWork, service: str, nino: Nino, *, at: datetime) -> list[Arn]:
        """Ends the authority of the client's main agent under `service`, and says whose it was."""
        return await self._store.deactivate_all(work, service, nino, at=at)

    async def delete_active(self, work: UnitOfWork, arn: Arn, service: str, nino: Nino) -> bool:
        """Takes away one that has become a relationship; it leaves no history."""
        return await self._store.delete_active(work, arn, service, nino)

    async def active_for_agent(self, arn: Arn, nino: Nino) -> PartialAuthorisation | None:
        """The agent's active one in either role, the first found."""
        return next((held for held in await self.active_of_client(nino) if held.arn == arn), None)

    async def main_of(self, nino: Nino) -> PartialAuthorisation | None:
        """The active one of the main agent, whoever that is; the first found."""
        return next((held for held in await self.active_of_client(nino) if _is_main(held)), None)

    async def of_client(self, nino: Nino) -> list[PartialAuthorisation]:
        """All of the client's, active or not, oldest first."""
        return await self._store.of_client(nino)

    async def active_of_client(self, nino: Nino) -> list[PartialAuthorisation]:
        return [held for held in await self._store.of_client(nino) if held.active]


def _is_main(held: PartialAuthorisation) -> bool:
    row = tax_service(held.service)
    return row is not None and row.has_one_main_agent
