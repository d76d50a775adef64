"""ETMP's relationships between agents and clients, as HIP and IF show and change them. Spec: sandbox 2.8, 4."""
