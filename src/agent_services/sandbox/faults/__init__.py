"""Trouble on demand: upstreams that refuse, dawdle, hang up or babble. Spec: sandbox 6.2."""
