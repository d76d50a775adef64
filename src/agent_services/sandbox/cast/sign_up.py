"""What becomes of one of the cast when a lever is pulled. Spec: sandbox 5.2."""

from collections.abc import Mapping
from types import MappingProxyType

MTD_IT_IDS_ON_SIGN_UP: Mapping[str, str] = MappingProxyType({"noor": "XJIT00000020007"})
"""By user id: the MTDITID of somebody who signs up and asks for no other one."""
