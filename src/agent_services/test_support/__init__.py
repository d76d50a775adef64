"""The Agent Authorisation Test Support API. Spec: test-support."""

from agent_services.test_support.api import CONTEXT, TestSupport, build_test_support, router
from agent_services.test_support.documentation import documentation_router

__all__ = ["CONTEXT", "TestSupport", "build_test_support", "documentation_router", "router"]
