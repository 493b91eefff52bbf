"""Programs are built once, whole or not at all, however many ask; and a person is told what goes on."""

import io
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cluster.go_build import BuildError, GoModule
from tests.cluster.processes import clean_environment
from tests.cluster.programs import CONTROL_PLANE, Recipe, programs
from tests.cluster.progress import Progress
from tests.cluster.waiting import until

CHECKOUT = Path(__file__).parent.parent.parent
# What builds the module in a folder into a cache, as a process of its own.
BUILDER = """
import sys
from pathlib import Path
from tests.cluster.go_build import GoModule
from tests.cluster.programs import Recipe, programs
module, root = map(Path, sys.argv[1:])
print(programs(Recipe(GoModule(module), {"hello": "example.test/hello"}), root).directory)
"""
# A `go` that is as slow as a big build: it writes half a program, says so, and does not end.
SLOW_GO = """#!/bin/sh
case "$1" in
  env) echo go1.26.8 ;;
  list) ;;
  build) echo half > "$4"; echo started > "$STARTED"; exec sleep 600 ;;
esac
"""


@pytest.fixture
def hello(tmp_path: Path) -> Recipe:
    """A real Go module with one small command, which no build cache knows yet."""
    module = tmp_path / "module"
    module.mkdir()
    (module / "go.mod").write_text("module example.test/hello\n\ngo 1.21\n")
    (module / "go.sum").write_text("")
    (module / "main.go").write_text(f'package main\n\nfunc main() {{ println("{module}") }}\n')
    return Recipe(GoModule(module, ("-trimpath",)), {"hello": "example.test/hello"})


def test_the_key_follows_everything_that_the_programs_follow_from(hello: Recipe) -> None:
    keys = [hello.key(), hello.key()]
    assert keys[0] == keys[1]
    keys.append(replace(hello, module=replace(hello.module, flags=("-race",))).key())
    keys.append(replace(hello, packages={"other": "example.test/hello"}).key())
    keys.append(replace(hello, versions=("2",)).key())
    (hello.module.directory / "go.sum").write_text("example.test/dependency v1.0.0 h1:x\n")
    keys.append(hello.key())
    (hello.module.directory / "go.mod").write_text("module example.test/hello\n\ngo 1.22\n")
    keys.append(hello.key())
    assert len(set(keys[1:])) == len(keys[1:])


def test_the_key_names_the_versions() -> None:
    assert re.fullmatch(r"1\.37\.2-3\.7\.3-0\.8\.0-[0-9a-f]{12}", CONTROL_PLANE.key())
    required = (CONTROL_PLANE.module.directory / "go.mod").read_text()
    for line in ("k8s.io/kubernetes v1.37.2", "go.etcd.io/etcd/server/v3 v3.7.3", "sigs.k8s.io/kwok v0.8.0"):
        assert line in required


def test_a_program_is_built_once_and_runs(hello: Recipe, tmp_path: Path) -> None:
    said = io.StringIO()
    built = programs(hello, tmp_path / "cache", Progress(said))
    ran = subprocess.run([built.path("hello")], capture_output=True, text=True, check=True)
    assert ran.stderr == f"{hello.module.directory}\n"
    assert re.search(r"^\[0:\d\d\] program 1 of 1: hello$", said.getvalue(), re.MULTILINE)
    assert re.search(r"^\[0:\d\d\] hello: built, [1-9]\d* packages compiled$", said.getvalue(), re.MULTILINE)
    again = io.StringIO()
    assert programs(hello, tmp_path / "cache", Progress(again)) == built
    assert again.getvalue() == ""


def test_what_does_not_compile_leaves_nothing_and_says_why(hello: Recipe, tmp_path: Path) -> None:
    (hello.module.directory / "main.go").write_text("package main\n\nfunc main() { nonsense() }\n")
    with pytest.raises(BuildError, match="undefined: nonsense"):
        programs(hello, tmp_path / "cache", Progress(io.StringIO()))
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".lock"]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (None, r"Go 1\.21 or newer is needed .*, but there is no `go` on PATH: see https://go\.dev/doc/install"),
        ("#!/bin/sh\necho go1.20.3\n", r"Go 1\.21 or newer is needed .*, but .*/bin/go is go1\.20\.3"),
    ],
    ids=["missing", "too old"],
)
def test_a_go_that_cannot_do_it_is_refused_with_the_way_out(
    hello: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, message: str
) -> None:
    monkeypatch.setenv("PATH", str(_bin(tmp_path, script)))
    with pytest.raises(BuildError, match=message):
        programs(hello, tmp_path / "cache", Progress(io.StringIO()))


def test_a_killed_build_leaves_nothing_and_the_next_one_succeeds(hello: Recipe, tmp_path: Path) -> None:
    started, root = tmp_path / "started", tmp_path / "cache"
    slow = f"{_bin(tmp_path, SLOW_GO)}:{os.environ['PATH']}"
    with _builder(hello, root, PATH=slow, STARTED=str(started)) as killed:
        until(started.exists, "the build to begin")
        assert (root / f"{_key(hello)}.unfinished" / "hello").read_text() == "half\n"
        killed.send_signal(signal.SIGKILL)
    assert not (root / _key(hello)).exists()
    with _builder(hello, root) as following:
        out, said = following.communicate(timeout=60)
    assert following.returncode == 0, said
    assert (Path(out.strip()) / "hello").stat().st_size > 100_000
    assert sorted(path.name for path in root.iterdir()) == [_key(hello), f"{_key(hello)}.lock"]


def test_two_builders_at_once_build_once(hello: Recipe, tmp_path: Path) -> None:
    root = tmp_path / "cache"
    with _builder(hello, root) as left, _builder(hello, root) as right:
        results = [left.communicate(timeout=60), right.communicate(timeout=60)]
    assert (left.returncode, right.returncode) == (0, 0), results
    assert {out.strip() for out, _ in results} == {str(root / _key(hello))}
    assert sum("hello: built" in said for _, said in results) == 1


def _key(recipe: Recipe) -> str:
    # BUILDER gives no flags.
    return replace(recipe, module=GoModule(recipe.module.directory)).key()


def _builder(recipe: Recipe, root: Path, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(recipe.module.directory), str(root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
        env={**os.environ, **clean_environment(), **environment},
    )


def _bin(tmp_path: Path, script: str | None) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    if script is not None:
        (folder / "go").write_text(script)
        (folder / "go").chmod(0o755)
    return folder
