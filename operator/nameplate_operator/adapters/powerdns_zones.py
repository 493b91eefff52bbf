"""Hosts zones on PowerDNS through its HTTP API; each zone has name servers of its own, named after its token."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nameplate_api.conditions import Reason
from nameplate_operator.adapters.master_file import absolute, without_dot
from nameplate_operator.adapters.powerdns_api import PowerDnsApi
from nameplate_operator.adapters.powerdns_records import deleting, from_api, replacing, soa, to_api
from nameplate_operator.ports import Conflict, ProviderError, RecordSet, Zone
from nameplate_operator.settings import PowerDnsSettings

_LABEL_LENGTH = 12
_OK, _CREATED, _NO_CONTENT, _NOT_FOUND, _CONFLICT = 200, 201, 204, 404, 409


class PowerDnsZones:
    """ports.ZoneProvider on PowerDNS 4.3 and newer."""

    name = "powerdns"

    def __init__(self, settings: PowerDnsSettings, *, request_timeout: float = 10.0) -> None:
        self._settings = settings
        self._api = PowerDnsApi(settings, request_timeout)

    def nameservers(self, token: str) -> tuple[str, ...]:
        """Return one name below each group's wildcard, the same for this token for ever."""
        # They differ from token to token: a forgotten delegation never leads to a later holder's zone of that name.
        label = base64.b32encode(hashlib.sha256(token.encode()).digest()).decode().lower()[:_LABEL_LENGTH]
        domain = without_dot(self._settings.nameserver_domain)
        return tuple(f"{label}.{group}.{domain}" for group in self._settings.nameserver_groups)

    def is_begun(self, zone: Zone, token: str) -> bool:
        """Say whether the zone is empty and its account names this token's name servers."""
        # PowerDNS stores the zone before its records and not together with them: killed in between, it leaves it empty.
        return not zone.records and zone.mark == _mark(self.nameservers(token))

    async def find(self, name: str) -> Zone | None:
        """Return the zone of this name."""
        found = await self._fetch(name)
        return None if found is None else _zone(found)

    async def create(self, name: str, nameservers: tuple[str, ...], records: tuple[RecordSet, ...]) -> Zone:
        """Create the zone, or complete one that was begun."""
        mark = _mark(nameservers)
        own = soa(name, nameservers[0], f"hostmaster.{without_dot(self._settings.nameserver_domain)}")
        body = {
            "name": absolute(name),
            "kind": "Native",
            "account": mark,
            "soa_edit_api": "DEFAULT",
            "nameservers": [],
            "rrsets": [own, *map(to_api, records)],
        }
        answer = await self._api.request("POST", "/zones", body, expected=(_CREATED, _CONFLICT, _NOT_FOUND))
        if answer.status == _NOT_FOUND:
            raise _elsewhere()
        if answer.status == _CONFLICT:
            await self._complete(name, mark, own, records)
        created = await self._fetch(name)
        if created is None:
            raise Conflict(f"The zone {name} is gone again.")
        return _zone(created)

    async def write(self, zone: Zone, upserts: tuple[RecordSet, ...], deletions: tuple[RecordSet, ...] = ()) -> None:
        """Put and remove record sets in one transaction of PowerDNS."""
        if upserts or deletions:
            await self._patch(zone.name, [*map(deleting, deletions), *map(replacing, upserts)])

    async def delete(self, zone: Zone) -> None:
        """Delete the zone."""
        answer = await self._api.request("DELETE", _path(zone.name), expected=(_NO_CONTENT, _NOT_FOUND))
        if answer.status == _NOT_FOUND:
            await self._confirm_absence(zone.name)

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def _complete(self, name: str, mark: str, own: Mapping[str, Any], records: tuple[RecordSet, ...]) -> None:
        found = await self.find(name)
        if found is None or found.records or found.mark != mark:
            raise Conflict(f"The zone {name} exists.")
        settings = {"kind": "Native", "soa_edit_api": "DEFAULT"}
        await self._api.request("PUT", _path(name), settings, expected=(_NO_CONTENT,))
        await self._patch(name, [dict(own) | {"changetype": "REPLACE"}, *map(replacing, records)])

    async def _patch(self, name: str, changes: list[dict[str, Any]]) -> None:
        expected = (_NO_CONTENT, _NOT_FOUND)
        answer = await self._api.request("PATCH", _path(name), {"rrsets": changes}, expected=expected)
        if answer.status == _NOT_FOUND:
            raise Conflict(f"The zone {name} is gone.")

    async def _fetch(self, name: str) -> dict[str, Any] | None:
        answer = await self._api.request("GET", _path(name), expected=(_OK, _NOT_FOUND))
        if answer.status == _NOT_FOUND:
            await self._confirm_absence(name)
            return None
        if not isinstance(answer.body, dict) or not isinstance(answer.body.get("rrsets"), list):
            raise _unintelligible()
        return answer.body

    async def _confirm_absence(self, name: str) -> None:
        # Whatever stands in front of PowerDNS says 404 as well, and so does PowerDNS for a server that it does not
        # know: only a list without the zone says that there is none.
        query = f"/zones?zone={absolute(name)}&dnssec=false"
        answer = await self._api.request("GET", query, expected=(_OK, _NOT_FOUND))
        if answer.status == _NOT_FOUND:
            raise _elsewhere()
        if not isinstance(answer.body, list) or not all(isinstance(each, dict) for each in answer.body):
            raise _unintelligible()
        if any(without_dot(str(each.get("name"))) == name for each in answer.body):
            message = f"The DNS provider lists the zone {name}, but does not show it."
            raise ProviderError(Reason.PROVIDER_UNAVAILABLE, message)


def _path(name: str) -> str:
    return f"/zones/{absolute(name)}"


def _mark(nameservers: tuple[str, ...]) -> str:
    """Return what the zone's account says: made by us, and for which token."""
    return f"nameplate:{nameservers[0].split('.')[0]}"


def _zone(found: Mapping[str, Any]) -> Zone:
    try:
        name, records = without_dot(str(found["name"])), from_api(found["rrsets"])
        zone = Zone(str(found["id"]), name, (), records, str(found.get("account") or ""))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _unintelligible() from None
    return replace(zone, nameservers=zone.values(zone.name, "NS"))


def _elsewhere() -> ProviderError:
    message = (
        "What answers at the DNS provider's address does not know our server there. "
        "Platform team: check zones.powerDns.url and serverId in the operator's settings."
    )
    return ProviderError(Reason.PROVIDER_UNAVAILABLE, message)


def _unintelligible() -> ProviderError:
    return ProviderError(Reason.PROVIDER_UNAVAILABLE, "The DNS provider's answer cannot be understood.")
