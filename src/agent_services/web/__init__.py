"""People's pages: the furniture that every page shares. Spec: journey; decision: docs/decisions/0006-pages.md."""

from agent_services.web.api_page import api_page
from agent_services.web.pages import Pages, static_route

__all__ = ["Pages", "api_page", "static_route"]
