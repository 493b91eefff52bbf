"""Writes what the operator wrote, once each and without a look before, by plain HTTP requests: run as a program.

It reads a JSON document from standard input: `server`, `ca`, `token`, `workers`, and `domains`, each a list of requests
[method, path, content type, body] to be made in order. It prints its own usage as JSON.
"""

import asyncio
import json
import ssl
import sys
import time
from dataclasses import asdict
from typing import Any

import aiohttp

from bench.usage import Usage

Request = tuple[str, str, str, dict[str, Any]]


async def _write(session: aiohttp.ClientSession, server: str, requests: list[Request]) -> None:
    for method, path, content_type, body in requests:
        headers = {"Content-Type": content_type}
        async with session.request(method, server + path, data=json.dumps(body), headers=headers) as answer:
            if answer.status >= 400:
                raise SystemExit(f"{method} {path}: {answer.status} {await answer.text()}")
            await answer.json()


async def _work(session: aiohttp.ClientSession, server: str, left: list[list[Request]]) -> None:
    while left:
        await _write(session, server, left.pop())


async def _run(plan: dict[str, Any]) -> None:
    context = ssl.create_default_context(cafile=plan["ca"])
    connector = aiohttp.TCPConnector(ssl=context)
    headers = {"Authorization": f"Bearer {plan['token']}"}
    async with aiohttp.ClientSession(connector=connector, headers=headers, trust_env=False) as session:
        left = list(plan["domains"])
        await asyncio.gather(*(_work(session, plan["server"], left) for _ in range(plan["workers"])))


def main() -> None:
    """Do what standard input says."""
    plan = json.load(sys.stdin)
    before, started = Usage.of(), time.monotonic()
    asyncio.run(_run(plan))
    after = Usage.of()
    print(json.dumps({"seconds": time.monotonic() - started, "before": asdict(before), "after": asdict(after)}))


if __name__ == "__main__":
    main()
