"""The phases in their order, in which a person would check them; one condition each."""

from nameplate_operator.phases.acceptance import Acceptance
from nameplate_operator.phases.certificate import CertificateIssuance
from nameplate_operator.phases.delegation import Delegation
from nameplate_operator.phases.ingestion import IngestionService
from nameplate_operator.phases.reachability import Reachability
from nameplate_operator.phases.route import Route
from nameplate_operator.phases.zone import ZoneHosting

ORDER = (
    Acceptance,
    ZoneHosting,
    Delegation,
    CertificateIssuance,
    Route,
    IngestionService,
    Reachability,
)
