"""Files as a kubelet mounts them into a Pod: volumes that change as a whole, and a ServiceAccount's."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_volume(directory: Path, files: Mapping[str, bytes]) -> Path:
    """Make `directory` hold exactly `files`, all old or all new at any moment, by the kubelet's layout of links."""
    directory.mkdir(parents=True, exist_ok=True)
    data = directory / "..data"
    old = data.resolve() if data.is_symlink() else None
    fresh = Path(tempfile.mkdtemp(prefix="..", dir=directory))
    fresh.chmod(0o755)
    for name, content in files.items():
        (fresh / name).write_bytes(content)
    link = directory / "..data_tmp"
    link.symlink_to(fresh.name)
    link.replace(data)
    for name in files:
        if not (directory / name).is_symlink():
            (directory / name).symlink_to(Path("..data") / name)
    for entry in directory.iterdir():
        if entry.is_symlink() and not entry.name.startswith("..") and entry.name not in files:
            entry.unlink()
    if old is not None:
        shutil.rmtree(old)
    return directory
