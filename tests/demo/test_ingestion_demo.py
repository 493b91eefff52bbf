"""The demo of the ingestion service as a person runs it."""

import subprocess
import sys
from pathlib import Path

from tests.cluster.processes import clean_environment

ROOT = Path(__file__).parents[2]


def test_every_event_of_the_sdk_and_of_curl_arrives_and_is_shown() -> None:
    command = (sys.executable, "-m", "tests.demo.ingestion")
    done = subprocess.run(
        command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=False, timeout=200
    )
    page = done.stdout
    assert done.returncode == 0, page + done.stderr
    told = [
        "[+] ready",
        "6 calls, flushed without an error",
        '200 {"success":true}',
        "200 a transparent image",
        "backend   identify  sdk",
        "backend   alias     sdk",
        "backend   track     sdk-gzip  Order Completed",
        "website   track     curl      By batch 2",
        "curl-gzip",
        "Everything is delivered",
        "All 17 events arrived, each once",
    ]
    missing = [text for text in told if text not in page]
    assert not missing, f"{missing} in\n{page}"
