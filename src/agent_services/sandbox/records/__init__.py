"""Master records: what DES, IF, IFS and HIP know about clients and agents. Spec: sandbox 1.7."""
