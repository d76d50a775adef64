"""Every operation of our own OpenAPI document, called with what a fuzzer makes of its description.

All checks of schemathesis but two: valid data may be refused (paths that fit a pattern name nobody), and another
method is answered 404, as the specs have it. The seed is fixed, so that a run says the same every time.
"""

import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

_PROGRAM = Path(sys.executable).with_name("st")
_EXPECTED = Path(__file__).with_name("fuzz.toml")
_WITHOUT = "positive_data_acceptance,unsupported_method"
_EXAMPLES = 5
_WRITING = ("POST", "PUT", "PATCH", "DELETE")


def fuzz(base_url: str, folder: Path, tags: tuple[str, ...], person: str, *less: str) -> CompletedProcess[str]:
    command = [
        str(_PROGRAM),
        *("--config-file", str(_EXPECTED)),
        "run",
        f"{base_url}/openapi.json",
        *("--header", f"Authorization: Bearer sandbox-{person}"),
        *(option for tag in tags for option in ("--include-tag", tag)),
        *("--checks", "all", "--exclude-checks", _WITHOUT),
        *("--max-examples", str(_EXAMPLES), "--generation-deterministic", "--no-shrink"),
        *("--continue-on-failure", "--no-color", "--request-timeout", "20"),
        *less,
    ]
    # In a folder of its own: the fuzzer keeps notes beside it.
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("tags", "person"),
    [
        (("invitations", "relationships", "mapping"), "amelia"),
        (("authorisation-api", "test-support", "gateway", "platform"), "amelia"),
        (("invitations",), "iris"),
        (("invitations", "relationships"), "stride-sam"),
    ],
    ids=["back-ends-agent", "public-apis-agent", "back-ends-client", "back-ends-staff"],
)
def test_the_document_tells_the_truth(platform_url: str, tmp_path: Path, tags: tuple[str, ...], person: str) -> None:
    fuzzed = fuzz(platform_url, tmp_path, tags, person, "--exclude-path-regex", "/test-only/")

    assert fuzzed.returncode == 0, fuzzed.stdout[-20_000:] + fuzzed.stderr


@pytest.mark.timeout(240)
def test_what_reads_the_sandbox_and_the_records_tells_the_truth(platform_url: str, tmp_path: Path) -> None:
    """What writes them would take the floor from under the other tests."""
    less = [option for method in _WRITING for option in ("--exclude-method", method)]

    fuzzed = fuzz(platform_url, tmp_path, ("sandbox", "test-only"), "amelia", *less)

    assert fuzzed.returncode == 0, fuzzed.stdout[-20_000:] + fuzzed.stderr


def test_an_answer_that_is_not_declared_fails(platform_url: str, tmp_path: Path) -> None:
    """The fuzzer is at work: a document that promises too little is caught."""
    document = tmp_path / "openapi.json"
    document.write_text(
        '{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/healthz": {"get": {"tags": ["t"],'
        '"responses": {"204": {"description": "nothing"}}}}}}'
    )

    fuzzed = subprocess.run(
        [str(_PROGRAM), "run", str(document), "--url", platform_url, "--no-color"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (fuzzed.returncode, "Undocumented status code" in fuzzed.stdout) == (1, True), fuzzed.stdout
