"""Copies the look of the pages from node_modules into the package, where it is served from.

Run by `make assets` after `npm ci`. The result is committed, so that neither installing nor running needs Node or
a network. What is left out, and why: docs/decisions/0006-pages.md.
"""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "src" / "agent_services" / "web" / "static"
SOURCE = ROOT / "node_modules" / "govuk-frontend" / "dist" / "govuk"
TARGET = STATIC / "govuk-frontend"
API_PAGE_SOURCE = ROOT / "node_modules" / "swagger-ui-dist"
API_PAGE_TARGET = STATIC / "swagger-ui"
API_PAGE_FILES = ("swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt", "swagger-ui.css", "LICENSE", "NOTICE")

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
    copy_api_page()


def copy_api_page() -> None:
    """What the page of the API documents is made of."""
    shutil.rmtree(API_PAGE_TARGET, ignore_errors=True)
    API_PAGE_TARGET.mkdir(parents=True)
    for name in API_PAGE_FILES:
        text = (API_PAGE_SOURCE / name).read_text(encoding="utf-8")
        (API_PAGE_TARGET / name).write_text(SOURCE_MAP.sub("\n", text), encoding="utf-8")


if __name__ == "__main__":
    main()
