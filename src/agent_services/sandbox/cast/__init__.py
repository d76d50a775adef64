"""The cast: who is there on the first day. Spec: sandbox 5.2."""
