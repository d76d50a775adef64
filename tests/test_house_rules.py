"""Rules of the house that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "agent_services"

# A string that begins like a statement.
_STATEMENT = re.compile(
    r"\s*(SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|WITH|TRUNCATE|CREATE|ALTER|DROP|LOCK|NOTIFY|LISTEN|SET)\s"
)
# What makes, migrates and pools databases, before there are rooms.
_MACHINERY = {
    "platform/alembic_upgrade.py",
    "platform/database.py",
    "platform/embedded_postgres/questions.py",
    "platform/migration.py",
}

# The clock itself, and the demonstration: a client, which has no clock of ours.
_TELLS_THE_TIME = {"clock", "demo"}


def statements_in(text: str) -> list[str]:
    """The strings of a Python file that look like SQL."""
    strings = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
    return [value for value in strings if isinstance(value, str) and _STATEMENT.match(value)]


def is_store(path: Path) -> bool:
    """`store.py`, or a module of a store that was split."""
    return path.stem == "store" or path.parent.name == "store" or path.stem.endswith("_store")


def test_sql_stands_in_stores_alone() -> None:
    found = {
        path.relative_to(SOURCE).as_posix(): statements
        for path in SOURCE.rglob("*.py")
        if not is_store(path) and (statements := statements_in(path.read_text("utf-8")))
    }

    assert set(found) - _MACHINERY == set(), found


def test_time_is_an_argument() -> None:
    """No `now()` in SQL, and none of the machine's outside the platform's clock."""
    in_sql = re.compile(r"\b(now\(\)|CURRENT_TIMESTAMP|CURRENT_DATE|clock_timestamp\(\))", re.IGNORECASE)
    in_python = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today)\(")
    found = [
        f"{path.relative_to(SOURCE)}: {call}"
        for path in SOURCE.rglob("*.py")
        if not _TELLS_THE_TIME & {path.stem, *path.relative_to(SOURCE).parts}
        for call in _calls(path.read_text("utf-8"), in_sql, in_python)
    ]

    assert found == []


@pytest.mark.parametrize("text", ['await pool.fetch("""\n  SELECT a FROM b""")', 'x = "DELETE FROM a WHERE b = $1"'])
def test_a_statement_is_recognised(text: str) -> None:
    assert len(statements_in(text)) == 1


def _calls(text: str, in_sql: re.Pattern[str], in_python: re.Pattern[str]) -> list[str]:
    sql = [found[0] for statement in statements_in(text) for found in in_sql.finditer(statement)]
    return sql + [found[0] for found in in_python.finditer(text)]
