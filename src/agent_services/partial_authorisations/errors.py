"""The failures of this room. Spec: relationships 11.1."""

from agent_services.identifiers import Arn, Nino
from agent_services.platform.http.errors import FrameworkError


class DuplicatePartialAuthorisation(FrameworkError):
    """The agent holds an active partial authorisation of this service for this client already.

    The NINO stands in the answer, because the text is contract, and nowhere else.
    """

    status = 500

    def __init__(self, arn: Arn, nino: Nino) -> None:
        super().__init__(f"Attempted to create a duplicate active partial auth relationship for {arn} and {nino}")


class NotPartiallyAuthorisable(FrameworkError):
    """Only the two income tax services know clients who have not signed up yet."""

    status = 500
    message = "Only income tax can be authorised before the client signs up"
