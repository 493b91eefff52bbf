"""Makes the directory that the service serves Analytics.js from, out of unpacked npm packages.

python -m nameplate_ingestion.library.build --into DIR --polyfill PACKAGE PACKAGE...

The first package is the version that is served; of the others, which are older, only the parts are, for pages that
loaded their library before an upgrade.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import brotli

from nameplate_ingestion.library.coding import Coding, begin_gzip
from nameplate_ingestion.library.rewriting import POLYFILL, UnknownLibrary, check_chunk, rewrite, without_source_map
from nameplate_ingestion.library.shelf import BEGINNING, CHUNKS, MANIFEST

_PACKAGE = "@segment/analytics-next"


def main(arguments: list[str] | None = None) -> str | None:
    """Make the directory; return a sentence if the packages are not as they are known here."""
    parser = argparse.ArgumentParser(prog="python -m nameplate_ingestion.library.build", description=__doc__)
    parser.add_argument("--into", type=Path, required=True, help="directory to fill")
    parser.add_argument("--polyfill", type=Path, required=True, help="unpacked package @babel/polyfill")
    parser.add_argument("packages", type=Path, nargs="+", help=f"unpacked packages {_PACKAGE}, the served one first")
    options = parser.parse_args(arguments)
    try:
        build(options.into, options.polyfill, options.packages)
    except (OSError, UnicodeDecodeError, UnknownLibrary) as error:
        return f"The library cannot be built: {error}"
    return None


def build(into: Path, polyfill: Path, packages: list[Path]) -> None:
    """Fill the directory. Raises UnknownLibrary or OSError, and leaves what is there by then."""
    versions = [_version(package, _PACKAGE) for package in packages]
    polyfill_version = _version(polyfill, "@babel/polyfill")
    (into / CHUNKS).mkdir(parents=True, exist_ok=True)
    code = (packages[0] / "dist/umd/standalone.js").read_text("utf-8")
    _write_beginning(into, rewrite(code, polyfill_version).encode())
    polyfill_code = (polyfill / "dist/polyfill.min.js").read_text("utf-8")
    _write(into / CHUNKS / POLYFILL.format(version=polyfill_version), without_source_map(polyfill_code).encode())
    for package in packages:
        for name, chunk in _chunks(package):
            _write_chunk(into / CHUNKS / name, chunk)
    (into / "LICENSE").write_bytes((packages[0] / "LICENSE.MD").read_bytes())
    (into / "LICENSE.polyfill").write_bytes((polyfill / "LICENSE").read_bytes())
    # Last: a directory without it is not whole.
    (into / MANIFEST).write_text(json.dumps({"version": versions[0], "parts_of": sorted(versions[1:])}) + "\n")


def begin_brotli(beginning: bytes) -> bytes:
    """Return the beginning of a brotli stream that `end_brotli` ends.

    It stands here, for the service that ends it has no library for brotli.
    """
    stream = brotli.Compressor(mode=brotli.MODE_TEXT, quality=11)
    return bytes(stream.process(beginning) + stream.flush())


def _version(package: Path, name: str) -> str:
    about = json.loads((package / "package.json").read_text("utf-8"))
    if about["name"] != name:
        raise UnknownLibrary(f"{package} is {about['name']}, expected {name}")
    return str(about["version"])


def _chunks(package: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted((package / "dist/umd").glob("*.bundle.*.js")):
        code = file.read_text("utf-8")
        check_chunk(file.name, code)
        yield file.name, without_source_map(code).encode()


def _write_beginning(into: Path, code: bytes) -> None:
    octets = {Coding.IDENTITY: code, Coding.GZIP: begin_gzip(code), Coding.BROTLI: begin_brotli(code)}
    for coding, encoded in octets.items():
        (into / f"{BEGINNING}{coding.suffix}").write_bytes(encoded)


def _write_chunk(file: Path, code: bytes) -> None:
    if file.exists() and file.read_bytes() != code:
        raise UnknownLibrary(f"{file.name} is not the same in all versions that have it")
    _write(file, code)


def _write(file: Path, code: bytes) -> None:
    file.write_bytes(code)
    file.with_name(f"{file.name}{Coding.GZIP.suffix}").write_bytes(gzip.compress(code, mtime=0))
    compressed = brotli.compress(code, mode=brotli.MODE_TEXT, quality=11)
    file.with_name(f"{file.name}{Coding.BROTLI.suffix}").write_bytes(compressed)


if __name__ == "__main__":
    sys.exit(main())
