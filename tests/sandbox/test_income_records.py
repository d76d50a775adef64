"""Authority over income records on the wire. Spec: sandbox 2.10."""

from tests.sandbox.serving import Caller


async def test_income_record_authority(nobody: Caller) -> None:
    """2.10"""
    path = "/agent-fi-relationship/relationships/agent/{}/service/PERSONAL-INCOME-RECORD/client/AB100008"
    quentin, amelia = nobody.as_user("quentin"), nobody.as_user("amelia")
    start = {"startDate": "2026-01-02T03:04:05.006"}
    by_other_agent = await amelia.put(path.format("ZARN1000004"), start)
    by_other_client = await nobody.as_user("iris").put(path.format("XARN1000001"), start)
    without_session = await nobody.get(path.format("XARN1000001"))
    created = await quentin.put(path.format("XARN1000001"), start)
    replaced = await quentin.put(path.format("ZARN1000004"), start)
    former = await amelia.get(path.format("XARN1000001"))
    active = await quentin.get("/agent-fi-relationship/relationships/service/PERSONAL-INCOME-RECORD/clientId/AB100008D")
    inactive = await quentin.get("/agent-fi-relationship/relationships/inactive")

    assert (by_other_agent.status, by_other_client.status, without_session.status) == (403, 403, 401)
    assert (created.status, replaced.status, former.status) == (201, 201, 404)
    assert [row["arn"] for row in active.json] == ["ZARN1000004"]
    assert active.json[0]["startDate"] == "2026-01-02T03:04:05.006"
    assert [row["relationshipStatus"] for row in inactive.json] == ["TERMINATED"]
