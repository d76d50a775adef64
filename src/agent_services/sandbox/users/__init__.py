"""People, their groups, and how both are entered. Spec: sandbox 1.3, 1.4."""
