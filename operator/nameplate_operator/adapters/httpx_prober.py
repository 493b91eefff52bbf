"""Probes over HTTPS with httpx: to given addresses only, TLS always verified for the public name."""

import asyncio
import ssl
from functools import lru_cache
from ipaddress import ip_address

import httpx

from nameplate_api.conditions import Reason
from nameplate_operator.adapters.httpx_connections import Transport
from nameplate_operator.ports import ProbeAnswer, ProbeTarget, ProviderError
from nameplate_operator.settings import ProberSettings

_LARGEST = 64 * 1024
_AGAIN_AFTER = 5.0
_HEADERS = {
    "User-Agent": "nameplate",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Cache-Control": "no-cache",
}


class HttpxProber:
    """Asks one address after the other until one answers."""

    def __init__(self, settings: ProberSettings) -> None:
        self._settings = settings

    async def ask(self, target: ProbeTarget, path: str) -> ProbeAnswer:
        """Return the first answer; redirects are answers. Raises ProviderError as the port says."""
        context = _context(self._configured(), target.trust)
        failure = ProviderError(Reason.CONNECT_FAILED, f"No address to ask for {target.host}.")
        try:
            async with asyncio.timeout(self._settings.timeout):
                for address in target.addresses:
                    try:
                        return await self._get(target.host, address, path, context)
                    except httpx.HTTPError as error:
                        failure = _in_words(error, target.host, address)
        except TimeoutError:
            raise _unreachable(target.host, "no answer in time") from None
        raise failure

    async def _get(self, host: str, address: str, path: str, context: ssl.SSLContext) -> ProbeAnswer:
        place = f"[{address}]" if ip_address(address).version == 6 else address
        url, name = f"https://{place}:{self._settings.port}{path}", {"sni_hostname": host}
        # A kept client pools connections by address alone: it would reuse one whose certificate was for another name.
        client = httpx.AsyncClient(
            transport=Transport(context), trust_env=False, follow_redirects=False, timeout=self._settings.timeout
        )
        async with client, client.stream("GET", url, headers={"Host": host, **_HEADERS}, extensions=name) as response:
            body = b""
            async for chunk in response.aiter_raw(_LARGEST):
                body += chunk
                if len(body) >= _LARGEST:
                    break
            return ProbeAnswer(response.status_code, body[:_LARGEST])

    def _configured(self) -> str:
        return self._settings.ca_file.read_text() if self._settings.ca_file else ""


@lru_cache(maxsize=64)
def _context(configured: str, trust: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for bundle in (configured, trust):
        if bundle:
            context.load_verify_locations(cadata=bundle)
    return context


def _in_words(error: httpx.HTTPError, host: str, address: str) -> ProviderError:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is not None:
        message = f"The certificate that {address} shows for {host} is not valid: {cause.verify_message[:160]}."
        message = f"{message} {Reason.WRONG_CERTIFICATE.remedy}"
        return ProviderError(Reason.WRONG_CERTIFICATE, message, retry_after=_AGAIN_AFTER)
    kinds = {
        httpx.ConnectTimeout: "no answer in time",
        httpx.ReadTimeout: "no answer in time",
        httpx.ConnectError: "no connection",
        httpx.ProtocolError: "no valid HTTP answer",
    }
    detail = next((words for kind, words in kinds.items() if isinstance(error, kind)), "the connection broke")
    return _unreachable(f"{host} at {address}", detail)


def _unreachable(where: str, detail: str) -> ProviderError:
    message = f"https://{where}: {detail}. {Reason.CONNECT_FAILED.remedy}"
    return ProviderError(Reason.CONNECT_FAILED, message, retry_after=_AGAIN_AFTER)
