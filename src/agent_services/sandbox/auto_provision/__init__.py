"""Clients on first sight: identifiers nobody has entered get a coherent client. Spec: sandbox 6.10, test-support 3."""
