"""What must hold of every port, whoever stands behind it.

Each suite is a class whose tests take a `world`. A test module makes a suite run by deriving from it and giving the
fixture `world`: the sandbox in the same process, and the HTTP adapters talking to the sandbox's wire. (The HTTP
adapters' own errors have their tests in `tests/upstreams`.)
"""
