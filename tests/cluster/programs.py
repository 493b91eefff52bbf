"""The programs of a Kubernetes control plane: which ones, how they are built, where they are found."""

import hashlib
import platform
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster.build_cache import cache_root, made_once
from tests.cluster.go_build import BuildError, GoModule
from tests.cluster.progress import Progress

KUBERNETES = "1.37.2"
ETCD = "3.7.3"
KWOK = "0.8.0"

_MAJOR, _MINOR, _ = KUBERNETES.split(".")
_VERSION = "k8s.io/component-base/version"
_LDFLAGS = (
    f"-s -w -X {_VERSION}.gitVersion=v{KUBERNETES} -X {_VERSION}.gitMajor={_MAJOR}"
    f" -X {_VERSION}.gitMinor={_MINOR} -X {_VERSION}.gitTreeState=clean"
)
PACKAGES = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
    "kwok": "sigs.k8s.io/kwok/cmd/kwok",
}
# How kwok plays a node and a Pod; at run time there may be no Go and no module cache to read them from.
STAGES: dict[str, tuple[str, ...]] = {
    "sigs.k8s.io/kwok": (
        "kustomize/stage/node/fast/node-initialize.yaml",
        "kustomize/stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
        "kustomize/stage/pod/fast/pod-complete.yaml",
        "kustomize/stage/pod/fast/pod-delete.yaml",
        "kustomize/stage/pod/fast/pod-ready.yaml",
    )
}


@dataclass(frozen=True)
class Recipe:
    """What is built from which Go module."""

    module: GoModule
    packages: dict[str, str]
    files: dict[str, tuple[str, ...]] = field(default_factory=dict)
    versions: tuple[str, ...] = ()

    def key(self) -> str:
        """Return the name of the cache entry: other versions, sums, flags or machine, other entry."""
        digest = hashlib.sha256()
        for part in (*self.module.flags, *self.packages.items(), *self.files.items(), platform.machine()):
            digest.update(repr(part).encode() + b"\0")
        for name in ("go.mod", "go.sum"):
            digest.update((self.module.directory / name).read_bytes() + b"\0")
        return "-".join((*self.versions, digest.hexdigest()[:12]))


CONTROL_PLANE = Recipe(
    GoModule(Path(__file__).parent, ("-trimpath", "-ldflags", _LDFLAGS)),
    PACKAGES,
    STAGES,
    (KUBERNETES, ETCD, KWOK),
)


@dataclass(frozen=True)
class Programs:
    """A folder of built programs."""

    directory: Path

    def path(self, name: str) -> str:
        """Return the file of a program, for a command line."""
        return str(self.directory / name)

    @property
    def stages(self) -> Path:
        """The folder of kwok's own stages."""
        return self.directory / "stages"


def programs(recipe: Recipe = CONTROL_PLANE, root: Path | None = None, progress: Progress | None = None) -> Programs:
    """Return the built programs, building them first where that was not done yet."""
    root, progress = root or cache_root(), progress or Progress()
    directory = root / recipe.key()

    def make(into: Path) -> None:
        recipe.module.check_toolchain()
        for number, (name, package) in enumerate(recipe.packages.items(), start=1):
            progress.say(f"program {number} of {len(recipe.packages)}: {name}")
            recipe.module.build(package, into / name, progress)
        (into / "stages").mkdir()
        for module, names in recipe.files.items():
            source = recipe.module.module_directory(module)
            for name in names:
                shutil.copyfile(source / name, into / "stages" / Path(name).name)

    return Programs(made_once(directory, make, lambda: progress.say("waiting for another build of the same programs")))


def are_built() -> bool:
    """Tell whether the control plane's programs are at hand."""
    return (cache_root() / CONTROL_PLANE.key()).is_dir()


def main() -> int:
    """Build what is missing and print where it is."""
    try:
        print(programs().directory)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
