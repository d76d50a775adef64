"""The sandbox over the upstreams' own HTTP. Spec: sandbox 2."""
