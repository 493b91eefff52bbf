"""Knows the name under which this cluster writes its claims, and tells them from another cluster's."""

from nameplate_api.conditions import Reason
from nameplate_operator.kinds import NAMESPACE
from nameplate_operator.ports import Ports, ProviderError, Ref
from nameplate_operator.settings import OperatorSettings
from nameplate_operator.subject import Claim

_KUBE_SYSTEM = Ref(NAMESPACE, "kube-system")


class ThisCluster:
    """The setting ``clusterName``, else the uid of the namespace kube-system, which is read once."""

    def __init__(self, ports: Ports, settings: OperatorSettings) -> None:
        self._cluster = ports.cluster
        self._name = settings.cluster_name

    async def name(self) -> str:
        """Return the name of this cluster."""
        if self._name is None:
            namespace = await self._cluster.get(_KUBE_SYSTEM)
            # Every cluster has it; without it, nothing that we write could be told from another cluster's.
            if namespace is None:
                raise ProviderError(Reason.INTERNAL_ERROR, "The namespace kube-system does not exist.")
            self._name = str(namespace["metadata"]["uid"])
        return self._name


def is_of(claim: Claim, cluster_name: str) -> bool:
    """Say whether the claim was written by this cluster; one that names none is everybody's."""
    return claim.spec.cluster_name in (None, cluster_name)
