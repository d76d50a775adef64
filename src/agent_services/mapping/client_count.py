"""How many income tax clients a legacy log-in serves. Spec: mapping 5.8."""

from typing import Final

from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy

_SELF_ASSESSMENT_CLIENT: Final = "IR-SA"


class ClientCount:
    """Counts the clients delegated to a user, page by page."""

    def __init__(self, enrolments: EnrolmentStoreProxy, *, batch_size: int, max_records: int) -> None:
        self._enrolments = enrolments
        self._batch_size = batch_size
        self._max_records = max_records

    async def of_user(self, user_id: str) -> int:
        """The clients whose enrolment is activated or of unknown state.

        Counting stops with `max_records` once that many are reached; the last, short page is not cut, so the answer
        may exceed it. Raises UpstreamFailed (500).
        """
        total = 0
        start_record = 1
        while total < self._max_records:
            # One page after the other, because the length of each decides whether there is a next one.
            page = await self._enrolments.page_of_enrolments_delegated_to_user(
                user_id, _SELF_ASSESSMENT_CLIENT, start_record=start_record, max_records=self._batch_size
            )
            total += sum(enrolment.counts_as_held for enrolment in page)
            if len(page) < self._batch_size:
                return total
            start_record += self._batch_size
        return self._max_records
