"""Says where the faces disagree, by the numbers of the invariants. Spec: sandbox 5.1, 6.6."""

from agent_services.sandbox.consistency.store import ConsistencyStore
from agent_services.sandbox.documents import Document

# Broken on purpose in the cast. Spec: sandbox 5.2.
INTENDED = frozenset(
    {
        (1, "BARN1000005"),
        (2, "HMRC-MTD-VAT~VRN~301000404"),
        (2, "HMRC-MTD-IT~MTDITID~XGIT00000020004"),
    }
)

_FIXES = {
    1: "enter the agent whole with POST /sandbox/agents",
    2: "enter the client whole with POST /sandbox/clients",
    3: "use POST /sandbox/clients/{nino}/sign-up-itsa",
    4: "add the missing face with POST /sandbox/relationships",
    5: "authorise one agent anew: that ends the others",
}


class Consistency:
    """Checks the whole sandbox."""

    def __init__(self, store: ConsistencyStore) -> None:
        self._store = store

    async def violations(self) -> list[Document]:
        """Every violation with its rule, severity, subject, detail and fix; intended ones of the cast are `info`."""
        by_rule = {
            1: await self._store.agents(),
            2: await self._store.clients(),
            3: await self._store.income_tax(),
            4: await self._store.relationships(),
            5: await self._store.exclusivity(),
        }
        return [
            {
                "rule": rule,
                "severity": "info" if (rule, subject) in INTENDED else "error",
                "subject": subject,
                "detail": detail,
                "fix": _FIXES[rule],
            }
            for rule, found in by_rule.items()
            for subject, detail in found
        ]
