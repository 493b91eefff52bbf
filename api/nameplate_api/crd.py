"""The CustomResourceDefinitions of CustomDomain and DomainClaim, made from the models."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from nameplate_api.custom_domain import GROUP, KIND, PLURAL, VERSION, CustomDomain
from nameplate_api.domain_claim import CLAIM_KIND, CLAIM_PLURAL, DomainClaim
from nameplate_api.hostname import LONGEST
from nameplate_api.schema import HOST_PATTERN, Rule, rules
from nameplate_api.structural_schema import Schema, structural, without_defaults

Document = dict[str, Any]
_CATEGORY = "nameplate"
_READY = '.status.conditions[?(@.type=="Ready")]'
_BOUND = '.status.conditions[?(@.type=="Bound")]'


@dataclass(frozen=True)
class _Column:
    name: str
    path: str
    description: str
    wide: bool = False
    type: str = "string"

    def document(self) -> Document:
        column = {
            "name": self.name,
            "type": self.type,
            "jsonPath": self.path,
            "description": self.description,
        }
        return column | ({"priority": 1} if self.wide else {})


@dataclass(frozen=True)
class _Resource:
    """What no model says: names, scope, rules on the object's own name, and what kubectl shows."""

    kind: str
    plural: str
    short_name: str
    scope: str
    model: type[BaseModel]
    name_rules: tuple[Rule, ...]
    columns: tuple[_Column, ...]
    selectable: tuple[str, ...]


_AGE = _Column("Age", ".metadata.creationTimestamp", "Time since creation.", type="date")
_RESOURCES = (
    _Resource(
        kind=KIND,
        plural=PLURAL,
        short_name="cdom",
        scope="Namespaced",
        model=CustomDomain,
        name_rules=(
            (
                # Children are named by it and a suffix, Services among them, and labelled with it.
                "self.metadata.name.size() <= 52 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
                "choose a metadata.name of at most 52 lower-case letters, digits and hyphens, beginning with a letter",
            ),
        ),
        columns=(
            _Column("Domain", ".spec.domain", "The customer's subdomain."),
            _Column("Ready", f"{_READY}.status", "Whether the domain serves."),
            _Column("Reason", f"{_READY}.reason", "The first thing that keeps it from serving."),
            _AGE,
            _Column("Issuer", ".status.certificate.issuer", "Who issued the certificate.", wide=True),
            # Not a date: kubectl prints those as an age, and the future as <invalid>.
            _Column("Expires", ".status.certificate.notAfter", "End of the certificate's validity.", wide=True),
            _Column("Message", f"{_READY}.message", "What was seen, and what to do next.", wide=True),
        ),
        selectable=(".spec.domain",),
    ),
    _Resource(
        kind=CLAIM_KIND,
        plural=CLAIM_PLURAL,
        short_name="dclaim",
        scope="Cluster",
        model=DomainClaim,
        name_rules=(
            (
                f"self.metadata.name.size() <= {LONGEST} && self.metadata.name.matches('{HOST_PATTERN}')",
                "name the claim after the host name: lower-case A-labels without a final dot, such as cdp.acme.com",
            ),
        ),
        columns=(
            _Column("Namespace", ".spec.holder.namespace", "Namespace that holds the name."),
            _Column("Holder", ".spec.holder.name", "CustomDomain that holds the name."),
            _Column("State", f"{_BOUND}.reason", "Bound, Unbound, Reserved or Released."),
            _AGE,
            _Column("Delegated", ".spec.zone.delegated", "Whether it was ever delegated.", wide=True, type="boolean"),
            _Column("Released", ".spec.releaseTime", "Time since the holder let go.", wide=True, type="date"),
            _Column("Message", f"{_BOUND}.message", "What was seen.", wide=True),
        ),
        selectable=(".spec.holder.namespace", ".spec.holder.name"),
    ),
)


def documents() -> list[Document]:
    """Return the CustomResourceDefinitions, one per kind."""
    return [_definition(resource) for resource in _RESOURCES]


def _definition(resource: _Resource) -> Document:
    version = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": [column.document() for column in resource.columns],
        "selectableFields": [{"jsonPath": path} for path in resource.selectable],
        "schema": {"openAPIV3Schema": _root(resource)},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{resource.plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": resource.scope,
            "names": {
                "kind": resource.kind,
                "listKind": f"{resource.kind}List",
                "plural": resource.plural,
                "singular": resource.kind.lower(),
                "shortNames": [resource.short_name],
                "categories": [_CATEGORY],
            },
            "versions": [version],
        },
    }


def _root(resource: _Resource) -> Schema:
    schema = structural(resource.model)
    of_the_object: Schema = {
        "apiVersion": {"type": "string", "description": "Version of the schema of this object."},
        "kind": {"type": "string", "description": "Kind of this object."},
        "metadata": {"type": "object"},
    }
    # On `status` itself, since defaults do not enter an absent object. Without it kstatus, and with it Flux and
    # Helm, take an object that nobody has looked at for one that is ready.
    status = without_defaults(schema["properties"]["status"]) | {"default": {"observedGeneration": -1}}
    return {
        **schema,
        **rules(*resource.name_rules),
        "required": ["spec"],
        "properties": of_the_object | schema["properties"] | {"status": status},
    }
