"""Overlapping codes, offered by this process or another one. Imports little: every other process must do it too."""

import asyncio

from tests.mapping.hand_clock import HandClock
from tests.mapping.people import EnrolmentStore

from agent_services.identifiers import Arn
from agent_services.mapping import LegacyIdentifier, LegacyService, MappingRoom, MappingSettings, build_mapping
from agent_services.platform.audit import Audit, Retention
from agent_services.platform.database import Database
from agent_services.platform.encryption import EncryptionKey, FieldCipher, Keys

CIPHER = FieldCipher(Keys(encryption=(EncryptionKey("test", b"k" * 32),), lookup=b"l" * 32))
SETTINGS = MappingSettings(agent_termination_username="house:keeper", agent_termination_password="secret words")
ARN = Arn.parse("XARN1000001")
PROCESSES, REQUESTS_EACH, CODES_EACH = 3, 34, 8


def references(*numbers: int) -> list[LegacyIdentifier]:
    return [LegacyIdentifier(LegacyService.SELF_ASSESSMENT, f"A{number:05}") for number in numbers]


def room_on(database: Database) -> MappingRoom:
    clock = HandClock()
    return build_mapping(
        database=database,
        clock=clock,
        audit=Audit(database.pool, CIPHER, clock, retention=Retention.KEEP),
        cipher=CIPHER,
        enrolment_store_proxy=EnrolmentStore(),
        settings=SETTINGS,
    )


def codes_of_request(number: int) -> list[LegacyIdentifier]:
    """Each request overlaps with its neighbours, and offers its codes in another order."""
    codes = references(*range(number * 2, number * 2 + CODES_EACH))
    return codes if number % 2 else codes[::-1]


def map_in_another_process(url: str, process: int) -> list[tuple[int, str]]:
    async def work() -> list[tuple[int, str]]:
        database = await Database.connect(url, min_size=8, max_size=8)
        room = room_on(database)

        async def one(number: int) -> tuple[int, str]:
            mapped = await room.mappings.map_to_arn(ARN, codes_of_request(number), auth_provider_id=f"cred-{number}")
            return number, mapped.name

        numbers = [process + PROCESSES * turn for turn in range(REQUESTS_EACH)]
        outcomes = await asyncio.gather(*(one(number) for number in numbers))
        await database.close()
        return outcomes

    return asyncio.run(work())
