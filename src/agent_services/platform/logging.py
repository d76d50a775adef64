"""One shape for every log line, third parties' included: columns for people, JSON for machines.

Events are constants in the past tense; facts are fields. Nothing personal is a field: no identifier of a
person or business, no name, e-mail, postcode, token, body or path (paths carry identifiers).
"""

import logging
import logging.config
import sys
from typing import Literal

import structlog
from structlog.typing import Processor

from agent_services.platform.log_lines import PlainRenderer, StandardErrorHandler, line_logger

LogFormat = Literal["console", "json"]


def _without_request_failures(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Exception in ASGI application")


def configure_logging(*, form: LogFormat, level: str = "INFO") -> None:
    """Sends every line of this process to standard error in the given form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    if form == "json":
        shared.append(structlog.processors.format_exc_info)
    renderer = _renderer(form)
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=line_logger,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    # Third parties' lines come by the standard library.
    handler = StandardErrorHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Its access lines hold paths; ours hold the route's template.
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("aiohttp.access").disabled = True
    for chatty in ("pgqueuer", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It prints the traces of failures with their words; ours are logged without (platform.http.correlation).
    logging.getLogger("uvicorn.error").addFilter(_without_request_failures)


def _renderer(form: LogFormat) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer()
    is_terminal = sys.stderr.isatty()
    # Local variables would put personal data into the log.
    for_people = structlog.dev.ConsoleRenderer(colors=is_terminal, exception_formatter=structlog.dev.plain_traceback)
    return for_people if is_terminal else PlainRenderer(for_people)
