"""The upstreams as the services see them when they run in one process with the sandbox.

One module for each upstream: it implements the upstream's Protocol on the sandbox's rooms and surfaces refusals as
the HTTP adapter does. Spec: upstreams 2.5.
"""
