"""Loose ends: jobs that nobody does, tables that nobody reads, settings that change nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.platform_app import Platform, settings_for_tests

from agent_services.composition import composed
from agent_services.platform.database import Database
from agent_services.settings import Settings

SOURCE = Path(__file__).resolve().parents[2] / "src" / "agent_services"
_ORDERING = {"enqueue", "enqueue_many"}
_NAME_PLACE = 1
"""Of the job's name among the arguments: after the unit of work."""
_READING = "FROM|JOIN|USING|TABLE"
_WRITING = "|INTO|UPDATE"
_PROMISED_JOBS = {"recovery", "expire-invitations", "warning-emails", "expired-emails"}
_ELSEWHERE = {
    # Read with the addresses of the upstreams, by its variable.
    "upstream_url",
}
_PROMISED_KINDS = {
    "invitation",
    "partial-auth",
    "agent-reference",
    "relationship-copy-record",
    "delete-record",
    "recovery-schedule",
    "mapping",
    "subscription-journey",
    "lock",
}


_PASSED_ON = """
async def a(self, work, name):
    await jobs.enqueue(work, name, {})

async def b(self, work):
    await self.a(work, MEND)
"""


def constants_of(*texts: str) -> dict[str, str]:
    """Module constants that are strings, by name."""
    return {
        target.id: statement.value.value
        for text in texts
        for statement in ast.parse(text).body
        for target in _targets(statement)
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    }


def ordered_in(text: str, constants: dict[str, str]) -> set[str]:
    """Names of the jobs that a module orders; a function that passes a name on counts with what its callers give."""
    tree = ast.parse(text)
    ordering = dict.fromkeys(_ORDERING, _NAME_PLACE)
    for function in ast.walk(tree):
        if isinstance(function, ast.AsyncFunctionDef):
            parameters = [each.arg for each in function.args.args if each.arg != "self"]
            for call in _calls_of(function, _ORDERING):
                given = call.args[_NAME_PLACE]
                if isinstance(given, ast.Name) and given.id in parameters:
                    ordering[function.name] = parameters.index(given.id)
    found = set()
    for name, place in ordering.items():
        for call in _calls_of(tree, {name}):
            given = call.args[place]
            if isinstance(given, ast.Constant):
                found.add(str(given.value))
            elif isinstance(given, ast.Name) and given.id in constants:
                found.add(constants[given.id])
    return found


def read_tables(text: str) -> set[str]:
    """The tables, with their schema, that the statements of a file read. What returns its rows reads too."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = _READING + (_WRITING if "RETURNING" in node.value else "")
            found |= {match[1] for match in re.finditer(rf"\b(?:{words})\s+([a-z_]+\.[a-z_]+)", node.value)}
    return found


async def test_every_job_that_is_ordered_is_done_by_somebody(database_url: str, tmp_path: Path) -> None:
    texts = _texts(outside="platform")
    constants = constants_of(*texts)
    ordered = {name for text in texts for name in ordered_in(text, constants)}

    async with composed(settings_for_tests(database_url, tmp_path), runs_jobs=False) as platform:
        registered = platform.foundation.jobs.names

    assert ordered == registered


async def test_every_scheduled_job_runs_to_its_end(platform: Platform) -> None:
    unknown = await platform.nobody().post("/test-only/jobs/nonsense")
    names = set(unknown.json["message"].partition("known jobs: ")[2].split(", "))

    statuses = {name: (await platform.nobody().post(f"/test-only/jobs/{name}")).status for name in names}

    assert statuses == dict.fromkeys(names, 200)
    assert names >= _PROMISED_JOBS


async def test_every_kind_of_stored_document_can_be_looked_at(platform: Platform) -> None:
    unknown = await platform.nobody().get("/test-only/records/nonsense")
    kinds = set(unknown.json["message"].partition("known kinds: ")[2].split(", "))

    statuses = {kind: (await platform.nobody().get(f"/test-only/records/{kind}")).status for kind in kinds}

    assert statuses == dict.fromkeys(kinds, 200)
    assert kinds >= _PROMISED_KINDS


async def test_every_table_is_read_by_somebody(database: Database) -> None:
    rows = await database.pool.fetch(
        """
        SELECT table_schema || '.' || table_name AS name
          FROM information_schema.tables
         WHERE table_schema IN ('agent_services', 'platform', 'sandbox')
        """
    )
    read = {table for text in _texts() for table in read_tables(text)}

    assert {row["name"] for row in rows} - read == set()


def test_every_setting_changes_something() -> None:
    text = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py") if path.name != "settings.py")
    own = (SOURCE / "settings.py").read_text("utf-8")

    unread = (
        Settings.model_fields.keys()
        - _ELSEWHERE
        - {
            field
            for field in Settings.model_fields
            if re.search(rf"\bsettings\.{field}\b|\"{field}\"", text) or re.search(rf"self\.{field}\b", own)
        }
    )

    assert unread == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('async def a(self, work):\n    await jobs.enqueue(work, "mend", {})', {"mend"}),
        ("async def a(self, work):\n    await jobs.enqueue_many(work, MEND, [])", {"mend-things"}),
        (_PASSED_ON, {"mend-things"}),
        ("async def a(self, work):\n    await jobs.held()", set()),
    ],
)
def test_an_order_is_recognised(text: str, found: set[str]) -> None:
    assert ordered_in(text, constants_of('MEND: Final = "mend-things"')) == found


def test_a_read_table_is_recognised() -> None:
    assert read_tables('sql = "SELECT a FROM b.c JOIN d.e USING (f)"') == {"b.c", "d.e"}
    assert read_tables('sql = "INSERT INTO b.c (a) VALUES ($1)"') == set()
    assert read_tables('sql = "INSERT INTO b.c (a) VALUES ($1) RETURNING d"') == {"b.c"}


def _texts(outside: str | None = None) -> list[str]:
    paths = (path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts[0] != outside)
    return [path.read_text("utf-8") for path in paths]


def _calls_of(tree: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if call.func.attr in names and len(call.args) > _NAME_PLACE:
            yield call


def _targets(statement: ast.stmt) -> Iterator[ast.Name]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
    yield from (target for target in targets if isinstance(target, ast.Name))
