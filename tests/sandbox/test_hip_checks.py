"""Who stays when agents are authorised. Spec: sandbox 4; acceptance check 4."""

import asyncio

from agent_services.sandbox import Sandbox
from agent_services.sandbox.etmp.relationships import Exclusivity, Target
from tests.sandbox.serving import Caller

ETMP = "/etmp/RESTAdapter/rosm/agent-relationship"
WANTED = {
    "arn": "XARN1000001",
    "refNumber": "XEIT00000020002",
    "regime": "ITSA",
    "action": "0001",
    "isExclusiveAgent": True,
    "idType": "MTDBSA",
    "relationshipType": "ZA01",
    "authProfile": "ALL00001",
}


async def test_supporting_agents_are_beside_the_main_one(hip: Caller, sandbox: Sandbox) -> None:
    """4; acceptance check 4"""
    supporting = WANTED | {"isExclusiveAgent": False, "authProfile": "ITSAS001", "arn": "ZARN1000004"}
    main = await hip.post(ETMP, WANTED)
    beside = [await hip.post(ETMP, supporting) for _ in range(2)]
    rows = await sandbox.relationship_store.of_client("ITSA", "MTDBSA", "XEIT00000020002", profile=None)

    assert [answer.status for answer in (main, *beside)] == [201, 201, 201]
    active = [(row.arn, row.auth_profile) for row in rows if row.active]
    assert active == [("XARN1000001", "ALL00001"), ("ZARN1000004", "ITSAS001")]


async def test_of_concurrent_main_agents_one_stays(sandbox: Sandbox) -> None:
    """4"""
    targets = [
        Target("VATC", arn, "VRN", "101747696", "ZA01", "ALL00001") for arn in ("XARN1000001", "ZARN1000004") * 5
    ]

    await asyncio.gather(*(sandbox.relationships.authorise(target, Exclusivity.EXCLUSIVE) for target in targets))

    rows = await sandbox.relationship_store.of_client("VATC", "VRN", "101747696", profile=None)
    assert (len(rows), sum(row.active for row in rows)) == (10, 1)
