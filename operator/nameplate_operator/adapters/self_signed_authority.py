"""Issues certificates from an authority of the operator's own, which lives in one Secret of its namespace."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from nameplate_operator.adapters.self_signed_ca import AuthorityKeys, Step, new_keys, read_keys, written
from nameplate_operator.adapters.self_signed_leaf import Leaf, read_leaf, renewed, to_certificate, to_data
from nameplate_operator.kinds import CUSTOM_DOMAIN, SECRET
from nameplate_operator.ownership import MANAGED_BY, NAMEPLATE, is_labelled, is_ours, is_owned
from nameplate_operator.ports import (
    CertificateRequest,
    Cluster,
    Conflict,
    Event,
    Holding,
    Manifest,
    Ref,
)

AUTHORITY_SECRET = "nameplate-ca"
CERTIFICATES = "nameplate/certificate"
"""Field manager of the Secrets that carry certificates."""
_TLS = "kubernetes.io/tls"


class SelfSignedAuthority:
    """ports.CertificateAuthority; every write is a create, or meant for exactly the Secret that was read.

    So of two operators, or after a crash between any two lines, one authority stands, and the other reads it.
    """

    name = "SelfSigned"

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self._ca_secret = Ref(SECRET, AUTHORITY_SECRET, namespace)

    async def observe(self, request: CertificateRequest, now: datetime) -> Holding:
        """Return the certificate in the request's Secret, if it is whole."""
        live = await self._cluster.get(request.secret)
        if live is None:
            return Holding()
        if not _ours(live, request):
            return Holding(foreign=True)
        leaf = _leaf(live, request, now)
        if leaf is None:
            return Holding()
        stored = await self._cluster.get(self._ca_secret)
        certificate = to_certificate(leaf, request, _keys(stored, now), now)
        return Holding(certificate if _marked(live, request) else replace(certificate, current=False))

    async def issue(self, request: CertificateRequest, now: datetime) -> None:
        """Bring the authority to where it must be now, then the Secret."""
        keys = await self._ready_keys(now)
        live = await self._cluster.get(request.secret)
        if live is not None and not _ours(live, request):
            raise Conflict(f"{request.secret} is not ours.")
        old = _leaf(live, request, now) if live else None
        leaf = renewed(old, request, keys, now) or (None if live and _marked(live, request) else old)
        if leaf is None:
            return
        await self._store(request, live, leaf)
        if old is not None and not old.announces(keys):
            await self._cluster.emit(_replaced(request))

    async def _ready_keys(self, now: datetime) -> AuthorityKeys:
        stored = await self._cluster.get(self._ca_secret)
        keys = _keys(stored, now)
        if keys is None:
            return await self._found(stored, now)
        if keys.step(now) is Step.NONE or stored is None:
            return keys
        advanced = keys.advanced(now)
        await self._cluster.patch(self._ca_secret, _version(stored) | {"data": written(advanced)})
        return advanced

    async def _found(self, stored: Manifest | None, now: datetime) -> AuthorityKeys:
        """Make a new authority where there is none, or where it is damaged beyond use."""
        keys = new_keys(now)
        if stored is None:
            manifest = {
                **SECRET.type_meta,
                "metadata": {
                    "name": self._ca_secret.name,
                    "namespace": self._ca_secret.namespace,
                    "labels": {MANAGED_BY: NAMEPLATE},
                },
                "type": "Opaque",
                "data": {entry: value for entry, value in written(keys).items() if value is not None},
            }
            made = await self._cluster.create(manifest)
        else:
            made = await self._cluster.patch(self._ca_secret, _version(stored) | {"data": written(keys)})
        message = "A new certificate authority was made; clients that trusted another must load this one's certificate."
        reason = "CertificateAuthorityMade"
        await self._cluster.emit(Event(self._ca_secret, made["metadata"]["uid"], "Normal", reason, message, "Issue"))
        return keys

    async def _store(self, request: CertificateRequest, live: Manifest | None, leaf: Leaf) -> None:
        metadata: dict[str, Any] = {
            "name": request.secret.name,
            "namespace": request.secret.namespace,
            "labels": dict(request.labels),
            "ownerReferences": [dict(request.owner)],
        }
        manifest = {
            **SECRET.type_meta,
            "metadata": metadata,
            "type": _TLS,
            "data": to_data(leaf),
        }
        if live is not None and (live.get("type") != _TLS or live.get("immutable")):
            # Neither can be changed in place.
            await self._cluster.delete(request.secret, uid=live["metadata"]["uid"])
            live = None
        if live is None:
            await self._cluster.create(manifest)
        else:
            metadata["uid"] = live["metadata"]["uid"]
            await self._cluster.apply(manifest, CERTIFICATES)


def _keys(stored: Manifest | None, now: datetime) -> AuthorityKeys | None:
    return read_keys(stored.get("data") or {}, now) if stored else None


def _leaf(live: Manifest, request: CertificateRequest, now: datetime) -> Leaf | None:
    return read_leaf(live.get("data") or {}, request.names, now) if live.get("type") == _TLS else None


def _version(stored: Manifest) -> dict[str, Any]:
    meta = stored["metadata"]
    return {"metadata": {"uid": meta["uid"], "resourceVersion": meta["resourceVersion"]}}


def _ours(live: Manifest, request: CertificateRequest) -> bool:
    return is_ours(live, request.secret, request.owner, request.labels)


def _marked(live: Manifest, request: CertificateRequest) -> bool:
    """Say whether the Secret carries our labels and goes with its owner."""
    return is_owned(live, request.owner) and is_labelled(live, request.labels)


def _replaced(request: CertificateRequest) -> Event:
    about = Ref(CUSTOM_DOMAIN, request.owner["name"], request.secret.namespace)
    message = (
        f"The certificate authority was lost and another has issued the certificate: clients that trust ca.crt of "
        f"{request.secret} must load it again."
    )
    return Event(about, request.owner["uid"], "Warning", "CertificateAuthorityReplaced", message, "Issue")
