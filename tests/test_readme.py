"""The README's lines work as pasted."""

import asyncio
import re
from pathlib import Path

from tests.platform_app import Platform

README = Path(__file__).resolve().parents[1] / "README.md"
# The blocks marked `sh browser` want a person at a browser; the next block is their way round it.
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


async def test_the_story_by_hand(platform: Platform) -> None:
    script = "\n".join(_BLOCK.findall(README.read_text()))
    script = script.replace("BASE=http://localhost:9400", f"BASE={platform.base_url}")

    bash = await asyncio.create_subprocess_exec(
        "bash", "-e", "-u", "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    told, errors = await bash.communicate()

    lines = told.decode().splitlines()
    assert bash.returncode == 0, errors.decode()
    assert '"agentServicesAccountNumber"' in lines[0]
    assert lines[1] == (
        '{"service":["MTD-IT"],"clientType":"personal","clientIdType":"ni",'
        '"clientId":"AA999999A","knownFact":"AA11 1AA"}'
    )
    assert '"status":"Pending"' in lines[2]
    text = "\n".join(lines[2:])
    assert re.findall(r"(?:^|\})(\d{3})$", text, re.MULTILINE) == ["404", "204", "204", "200", "204", "404"]
    assert "Expired" in lines
