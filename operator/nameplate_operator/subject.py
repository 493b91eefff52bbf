"""The objects that a pass works on, read once from their Kubernetes form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from pydantic import ValidationError

from nameplate_api.conditions import Condition, ConditionType, Reason
from nameplate_api.custom_domain import FINALIZER, RECHECK_ANNOTATION, CustomDomainSpec
from nameplate_api.domain_claim import DomainClaimSpec
from nameplate_operator.kinds import CUSTOM_DOMAIN, DOMAIN_CLAIM
from nameplate_operator.ports import Kind, Manifest, ProviderError, Ref

_REASONS = frozenset(reason.value for reason in Reason)


class InvalidSpec(ProviderError):
    """A spec that the API server let through and we cannot use; the message names the field."""

    def __init__(self, error: ValidationError) -> None:
        first = error.errors(include_url=False, include_input=False)[0]
        field_path = ".".join(str(part) for part in first["loc"])
        super().__init__(Reason.INVALID_SPEC, f"spec.{field_path}: {first['msg']}.", refused=True)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An object that a pass works on: its identity and its own status as last written."""

    ref: Ref
    uid: str
    generation: int
    resource_version: str
    created_at: datetime
    deleting: bool
    finalizers: tuple[str, ...]
    recheck: str
    status: Mapping[str, Any]
    conditions: Mapping[ConditionType, Condition] = field(default_factory=dict)

    @property
    def guarded(self) -> bool:
        """Say whether our finalizer stands on it."""
        return FINALIZER in self.finalizers

    @property
    def observed_generation(self) -> int:
        """Return the generation that its status speaks of, -1 for none."""
        return int(self.status.get("observedGeneration", -1))

    @property
    def edited(self) -> bool:
        """Say whether its status does not speak of its spec yet."""
        return self.observed_generation != self.generation

    def with_status(self, status: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is applied to write the status of exactly this object."""
        metadata = {"name": self.ref.name, "uid": self.uid}
        if self.ref.namespace:
            metadata["namespace"] = self.ref.namespace
        return {**self.ref.kind.type_meta, "metadata": metadata, "status": dict(status)}

    @classmethod
    def _identity(cls, kind: Kind, manifest: Manifest) -> dict[str, Any]:
        meta, status = manifest["metadata"], manifest.get("status") or {}
        return {
            "ref": Ref(kind, meta["name"], meta.get("namespace", "")),
            "uid": meta["uid"],
            "generation": meta.get("generation", 0),
            "resource_version": meta["resourceVersion"],
            "created_at": datetime.fromisoformat(meta["creationTimestamp"]),
            "deleting": "deletionTimestamp" in meta,
            "finalizers": tuple(meta.get("finalizers", ())),
            "recheck": (meta.get("annotations") or {}).get(RECHECK_ANNOTATION, ""),
            "status": status,
            "conditions": _conditions(status),
        }


@dataclass(frozen=True, kw_only=True)
class Domain(Subject):
    """A CustomDomain; ``invalid`` says why its spec cannot be used.

    ``spec`` then holds no more than the domain, "" if that is what cannot be used, and whether changes are held back.
    """

    spec: CustomDomainSpec
    invalid: InvalidSpec | None = None

    @classmethod
    def read(cls, manifest: Manifest) -> Self:
        """Read the object; an unusable spec is kept as ``invalid``, never raised."""
        identity, spec = cls._identity(CUSTOM_DOMAIN, manifest), manifest.get("spec", {})
        try:
            return cls(**identity, spec=CustomDomainSpec.model_validate(spec))
        except ValidationError as error:
            return cls(**identity, spec=_usable(spec, error), invalid=InvalidSpec(error))

    @property
    def suspended(self) -> bool:
        """Say whether its owner holds back every change."""
        return self.spec.suspend


@dataclass(frozen=True, kw_only=True)
class Claim(Subject):
    """A DomainClaim; its name is the host name."""

    spec: DomainClaimSpec
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, manifest: Manifest) -> Self:
        """Read the object; raises InvalidSpec."""
        try:
            spec = DomainClaimSpec.model_validate(manifest.get("spec", {}))
        except ValidationError as error:
            raise InvalidSpec(error) from error
        labels = manifest["metadata"].get("labels") or {}
        return cls(**cls._identity(DOMAIN_CLAIM, manifest), spec=spec, labels=labels)

    @property
    def bound(self) -> bool:
        """Say whether the claim counts as held: bound or released."""
        return self.spec.token is not None


def _usable(spec: Mapping[str, Any], error: ValidationError) -> CustomDomainSpec:
    """Return what is needed to keep up what exists."""
    unusable = {each["loc"][0] for each in error.errors(include_url=False, include_input=False) if each["loc"]}
    domain = "" if "domain" in unusable else spec["domain"]
    # Whatever stands there, somebody asked for changes to be held back.
    suspend = "suspend" in unusable or spec.get("suspend", False)
    return CustomDomainSpec.model_construct(domain=domain, sources=(), suspend=suspend)


def _conditions(status: Mapping[str, Any]) -> dict[ConditionType, Condition]:
    found = {}
    for entry in status.get("conditions", ()):
        try:
            condition = Condition.model_validate(entry)
            if condition.reason not in _REASONS:
                # Another version of the operator wrote it: its truth and its time hold all the same.
                condition = condition.model_copy(update={"reason": Reason.PROGRESSING})
            found[ConditionType(condition.type)] = condition
        except ValueError:
            continue
    return found
