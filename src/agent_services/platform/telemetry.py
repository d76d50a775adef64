"""The metrics that `/metrics` shows, all registered here so that names and labels are seen at one glance."""

from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

registry = CollectorRegistry()

http_requests = Counter(
    "agent_services_http_requests",
    "Requests answered, by route template.",
    ["method", "route", "status"],
    registry=registry,
)
http_seconds = Histogram(
    "agent_services_http_request_seconds",
    "Time to answer, by route template.",
    ["method", "route"],
    registry=registry,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
unexpected_failures = Counter(
    "agent_services_unexpected_failures", "Requests that ended in an unexpected exception.", registry=registry
)
upstream_calls = Counter(
    "agent_services_upstream_calls",
    "Outbound calls, by upstream, operation and outcome (a status, or how it failed).",
    ["upstream", "operation", "outcome"],
    registry=registry,
)
upstream_seconds = Histogram(
    "agent_services_upstream_call_seconds",
    "Time of outbound calls.",
    ["upstream", "operation"],
    registry=registry,
)
job_runs = Counter("agent_services_job_runs", "Jobs run, by outcome.", ["job", "outcome"], registry=registry)
sagas_abandoned = Counter(
    "agent_services_sagas_abandoned", "Changes given up as the specs allow.", ["saga"], registry=registry
)
audit_events_delivered = Counter(
    "agent_services_audit_events_delivered", "Audit events that the sink has taken or refused.", registry=registry
)
audit_events_dropped = Counter(
    "agent_services_audit_events_dropped", "Audit events of reads lost with the database away.", registry=registry
)
audit_events_waiting = Gauge(
    "agent_services_audit_events_waiting", "Audit events in the outbox at the last look.", registry=registry
)


def count_request(*, method: str, route: str, status: int, seconds: float) -> None:
    """Counts an answered request and the time that it took."""
    answered, time_taken = _of_route(method, route, status)
    answered.inc()
    time_taken.observe(seconds)


# Finding them by their labels costs more than counting; there are as many as routes and statuses.
@lru_cache(maxsize=4096)
def _of_route(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return http_requests.labels(method, route, str(status)), http_seconds.labels(method, route)


def exposition() -> bytes:
    """The metrics of this process in the text format of Prometheus."""
    return generate_latest(registry)
