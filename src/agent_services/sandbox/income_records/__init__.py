"""Authority over income records (agent-fi-relationship). Spec: sandbox 2.10."""
