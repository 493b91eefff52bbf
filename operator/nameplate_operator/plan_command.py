"""``nameplate plan FILE``: looks and decides for a manifest as the operator would, prints that, and changes nothing."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from nameplate_api import json_lines
from nameplate_api.base import instant
from nameplate_api.conditions import ConditionType
from nameplate_api.custom_domain import KIND
from nameplate_operator import logs, wiring
from nameplate_operator.kinds import CUSTOM_DOMAIN
from nameplate_operator.observability import Metrics
from nameplate_operator.phase import Change, Verdict
from nameplate_operator.plan import Decisions, Memory
from nameplate_operator.ports import Manifest, ProviderError, Ref
from nameplate_operator.reconcile import Reconciler
from nameplate_operator.settings import OperatorSettings
from nameplate_operator.subject import Domain
from nameplate_operator.summary import told

_UNUSABLE = 65
"""EX_DATAERR of sysexits."""


class BadManifest(Exception):
    """The file holds no CustomDomain."""


def run(file: Path, settings: OperatorSettings, log_level: str) -> int:
    """Print the plan; return 0, or 65 when the file cannot be used, or 1 when the API server cannot be asked."""
    from nameplate_operator.adapters.kubernetes_cluster import opened  # noqa: PLC0415

    async def look() -> str:
        async with opened((CUSTOM_DOMAIN,)) as cluster, wiring.outside(settings, cluster) as ports:
            return await planned(manifest, wiring.passes(ports, settings, Metrics()).domains)

    json_lines.configure(logs.context, log_level)
    try:
        manifest = read(file)
        sys.stdout.write(asyncio.run(look()))
    except BadManifest as error:
        sys.stderr.write(f"{error}\n")
        return _UNUSABLE
    except ProviderError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


def read(file: Path) -> Manifest:
    """Return the CustomDomain in a file. Raises BadManifest."""
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadManifest(f"{file}: cannot be read as a YAML document: {error}") from error
    if not isinstance(document, dict) or document.get("kind") != KIND or not _named(document.get("metadata")):
        raise BadManifest(f"{file}: expected one {KIND} with a name")
    return document


def _named(meta: Any) -> bool:
    return (
        isinstance(meta, dict)
        and isinstance(meta.get("name"), str)
        and bool(meta["name"])
        and isinstance(meta.get("namespace", ""), str)
    )


async def planned(manifest: Manifest, reconciler: Reconciler) -> str:
    """Return the plan for a manifest, in words."""
    meta = manifest["metadata"]
    ref = Ref(CUSTOM_DOMAIN, meta["name"], meta.get("namespace") or "default")
    domain = Domain.read(_as_if_applied(manifest, ref, await reconciler.ports.cluster.get(ref)))
    decisions = await reconciler.decide(domain, Memory(), datetime.now(UTC))
    return "\n".join(_lines(domain, decisions, reconciler.lead(decisions))) + "\n"


def _as_if_applied(manifest: Manifest, ref: Ref, live: Manifest | None) -> Manifest:
    if live is not None:
        return {**live, "spec": manifest.get("spec") or {}}
    now = instant(datetime.now(UTC))
    made_up = {"uid": "not-created-yet", "resourceVersion": "0", "generation": 1, "creationTimestamp": now}
    return {
        **ref.kind.type_meta,
        "metadata": {"name": ref.name, "namespace": ref.namespace, **made_up},
        "spec": manifest.get("spec") or {},
    }


def _lines(domain: Domain, decisions: Decisions, lead: Verdict) -> Iterator[str]:
    yield f"{domain.ref}: {domain.spec.domain if domain.invalid is None else 'its spec cannot be used'}"
    for condition, decision in decisions.items():
        yield _line(condition, decision.verdict)
        for change in decision.changes:
            yield f"    would {_in_words(change)}"
    yield _line(ConditionType.READY, lead)


def _line(condition: ConditionType, verdict: Verdict) -> str:
    return f"  {condition}={verdict.truth} {verdict.reason}: {told(verdict)}"


def _in_words(change: Change) -> str:
    told = {each.name: _brief(getattr(change, each.name)) for each in fields(change)}
    shown = ", ".join(f"{name}={value}" for name, value in told.items() if name not in ("first", "from_spec"))
    return f"{type(change).__name__}({shown})"


def _brief(value: Any) -> str:
    if isinstance(value, Mapping) and "kind" in value:
        meta = value.get("metadata", {})
        return f"{value['kind']} {meta.get('namespace', '')}/{meta.get('name', '')}"
    text = str(value)
    return text if len(text) <= 100 else text[:97] + "..."
