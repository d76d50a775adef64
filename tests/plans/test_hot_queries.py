"""Each hot request is answered from indexes, whatever the number of rows. Spec: design, Load-bearing choices."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.plans.crowd import Plans, plans_of_hot_requests

CALLER = {"session_pkey", "person_pkey", "user_group_pkey", "allocation_pkey"}
SOFTWARE = CALLER | {"gateway_access_token_pkey"}
RELATIONSHIP = {
    "allocation_principal_holder",
    "allocation_delegated_to",
    "delete_record_pkey",
    "relationship_creation_pair",
}
RECORDS = {"record_key_pkey", "record_pkey"}
OLDER_AUTHORITY = {"partial_auth_nino", "relationship_copy_record_pkey"}
INDEXES = {
    "agency check": CALLER | RELATIONSHIP,
    "agency check, not related": CALLER | RELATIONSHIP,
    "agency check of income tax": CALLER
    | RELATIONSHIP
    | RECORDS
    | {"partial_auth_nino", "relationship_copy_record_pkey"},
    "API check": SOFTWARE | RELATIONSHIP | RECORDS,
    "get request": SOFTWARE | RECORDS | {"invitation_id_unique", "agent_reference_arn_unique"},
    "create request": SOFTWARE | RELATIONSHIP | RECORDS | {"invitation_pending_unique"},
    "cancel request": SOFTWARE | {"invitation_id_unique", "relationship_creation_origin"},
}
FEW_ROWS = {"gateway_application", "gateway_subscription", "fault", "journal"}
"""Tables of the sandbox that stay small, so that a scan is right."""


@pytest.fixture(scope="module")
def plans(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plans]:
    data_dir: Path = tmp_path_factory.mktemp("plans")
    # In a thread, because a loop may be about.
    with ThreadPoolExecutor(1) as thread:
        yield thread.submit(plans_of_hot_requests, module_database_url, data_dir).result()


@pytest.mark.parametrize("name", list(INDEXES))
def test_no_table_is_read_whole(plans: Plans, name: str) -> None:
    # The system's own tables are asked when the pool opens one more connection, which a request does not do.
    read = {table for planned in plans[name] for table in planned.read_whole() if not table.startswith("pg_")}

    assert read <= FEW_ROWS


@pytest.mark.parametrize("name", list(INDEXES))
def test_its_indexes_answer(plans: Plans, name: str) -> None:
    used = set().union(*(planned.indexes() for planned in plans[name]))

    assert INDEXES[name] - used == set()
