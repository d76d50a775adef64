"""Copies of the whole sandbox, kept by name or taken away as one document. Spec: sandbox 6.4."""
