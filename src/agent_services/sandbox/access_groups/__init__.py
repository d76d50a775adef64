"""Access groups inside an agency (agent-permissions). Spec: sandbox 2.10."""
