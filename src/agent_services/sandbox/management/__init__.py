"""The sandbox's own routes: `/sandbox/*` and the stub's `/agents-external-stubs/*`. Spec: sandbox 3, 6."""

from agent_services.sandbox.management import (
    builders,
    cast_page,
    groups,
    inspecting,
    known_facts,
    levers,
    observing,
    records,
    signing_in,
    special_cases,
    steering,
    users,
    whole,
)

routers = (
    cast_page.router,
    steering.router,
    builders.router,
    inspecting.router,
    levers.router,
    observing.router,
    signing_in.router,
    users.router,
    groups.router,
    records.router,
    known_facts.router,
    special_cases.router,
    whole.router,
)
"""All of them; they want `app.state.sandbox`."""
