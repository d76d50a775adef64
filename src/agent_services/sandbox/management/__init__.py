"""The sandbox's own routes: `/sandbox/*` and the stub's `/agents-external-stubs/*`. Spec: sandbox 3, 6."""

routers = ()
