"""Copies the look of the pages from node_modules into the package, where it is served from.

Run by `make assets` after `npm ci`. The result is committed, so that neither installing nor running needs Node or
a network. What is left out, and why: docs/decisions/0006-pages.md.
"""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "node_modules" / "govuk-frontend" / "dist" / "govuk"
TARGET = ROOT / "src" / "agent_services" / "web" / "static" / "govuk-frontend"

FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
SOURCE_MAP = re.compile(r"\s*(/\*|//)# sourceMappingURL=\S+( \*/)?\s*$")


def main() -> None:
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    style = (SOURCE / "govuk-frontend.min.css").read_text(encoding="utf-8")
    style = FONT_FACE.sub("", style).replace("url(/assets/images/govuk-crest.svg)", "none")
    (TARGET / "govuk-frontend.min.css").write_text(SOURCE_MAP.sub("\n", style), encoding="utf-8")
    script = (SOURCE / "govuk-frontend.min.js").read_text(encoding="utf-8")
    (TARGET / "govuk-frontend.min.js").write_text(SOURCE_MAP.sub("\n", script), encoding="utf-8")


if __name__ == "__main__":
    main()
