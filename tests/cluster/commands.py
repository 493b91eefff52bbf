"""The command lines of a control plane's programs, as functions of their folder."""

from dataclasses import dataclass
from pathlib import Path

from tests.cluster.pki import Pki
from tests.cluster.programs import Programs

SERVICE_RANGE = "10.96.0.0/16"
POD_RANGE = "10.244.0.0/16"


@dataclass(frozen=True)
class Commands:
    """What is run in a folder, with the API server on a given port."""

    programs: Programs
    directory: Path
    port: int

    @property
    def _pki(self) -> Pki:
        return Pki(self.directory / "pki")

    @property
    def _etcd(self) -> str:
        return f"unix://{self.directory}/etcd.sock"

    def etcd(self) -> list[str]:
        """The store; it need not survive a power cut."""
        return [
            self.programs.path("etcd"),
            "--name=test",
            f"--data-dir={self.directory}/etcd",
            f"--listen-client-urls={self._etcd}",
            f"--advertise-client-urls={self._etcd}",
            "--listen-peer-urls=http://127.0.0.1:0",
            "--initial-advertise-peer-urls=http://127.0.0.1:0",
            "--initial-cluster=test=http://127.0.0.1:0",
            "--unsafe-no-fsync",
            "--log-level=warn",
        ]

    def apiserver(self) -> list[str]:
        """The API server: TLS, RBAC, tokens, audit, the admission of a usual cluster."""
        pki = self._pki
        return [
            self.programs.path("kube-apiserver"),
            f"--etcd-servers={self._etcd}",
            "--bind-address=127.0.0.1",
            f"--secure-port={self.port}",
            "--permit-port-sharing=true",
            "--endpoint-reconciler-type=none",
            f"--tls-cert-file={pki.file('apiserver.crt')}",
            f"--tls-private-key-file={pki.file('apiserver.key')}",
            f"--client-ca-file={pki.file('ca.crt')}",
            f"--service-cluster-ip-range={SERVICE_RANGE}",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            # As real clusters have it: what refuses a privileged Pod is then the namespace's Pod Security level.
            "--allow-privileged=true",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            f"--service-account-key-file={pki.file('sa.pub')}",
            f"--service-account-signing-key-file={pki.file('sa.key')}",
            f"--audit-policy-file={self.directory}/audit-policy.json",
            f"--audit-log-path={self.directory}/audit.log",
            # Megabytes: a rotated log would lose the first half of a long run to its reader.
            "--audit-log-maxsize=4000",
            # Else it waits a minute at SIGTERM for watches to end.
            "--shutdown-send-retry-after=true",
            "--shutdown-watch-termination-grace-period=1s",
        ]

    def controller_manager(self) -> list[str]:
        """The controllers; with the default rates a new namespace's ServiceAccount takes 5 seconds."""
        pki = self._pki
        return [
            self.programs.path("kube-controller-manager"),
            f"--kubeconfig={pki.file('controller-manager.kubeconfig')}",
            "--secure-port=0",
            f"--root-ca-file={pki.file('ca.crt')}",
            f"--service-account-private-key-file={pki.file('sa.key')}",
            "--use-service-account-credentials=true",
            "--leader-elect=false",
            "--kube-api-qps=500",
            "--kube-api-burst=1000",
        ]

    def scheduler(self) -> list[str]:
        """The scheduler."""
        return [
            self.programs.path("kube-scheduler"),
            f"--kubeconfig={self._pki.file('scheduler.kubeconfig')}",
            "--secure-port=0",
            "--leader-elect=false",
        ]

    def kwok(self) -> list[str]:
        """The player of nodes and Pods."""
        return [
            self.programs.path("kwok"),
            f"--kubeconfig={self._pki.file('kwok.kubeconfig')}",
            "--manage-all-nodes",
            # Without a lease the controller-manager takes the node for lost every 50 seconds, and its Pods for unready.
            "--node-lease-duration-seconds=40",
            f"--cidr={POD_RANGE}",
            f"--config={self.directory}/stages.yaml",
        ]
