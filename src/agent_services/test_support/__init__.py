"""The Agent Authorisation Test Support API. Spec: test-support."""

from agent_services.test_support.api import CONTEXT, TestSupport, build_test_support

__all__ = ["CONTEXT", "TestSupport", "build_test_support"]
