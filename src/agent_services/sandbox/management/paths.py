"""Where the management routes live."""

STUBS = "/agents-external-stubs"
SANDBOX_PATH = "/sandbox"
