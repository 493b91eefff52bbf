"""The command line: subcommands that need no cluster, refusals, and what a missing extra says."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from nameplate_operator.__main__ import main

ROOT = Path(__file__).parents[2]


def test_crd_prints_the_definitions_that_are_committed(capsys: pytest.CaptureFixture[str]):
    assert main(["crd"]) == 0
    printed = {each["metadata"]["name"]: each for each in yaml.safe_load_all(capsys.readouterr().out)}
    committed = [yaml.safe_load(file.read_text()) for file in sorted((ROOT / "crds").glob("*.yaml"))]
    assert printed == {each["metadata"]["name"]: each for each in committed}
    assert set(printed) == {"customdomains.nameplate.dev", "domainclaims.nameplate.dev"}


def test_reasons_prints_the_page_that_is_committed(capsys: pytest.CaptureFixture[str]):
    assert main(["reasons"]) == 0
    assert capsys.readouterr().out == (ROOT / "docs" / "conditions.md").read_text()


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["run"], ["plan", "--settings", "x"], ["check"], ["crd", "\x1b[2J"]]
)
def test_wrong_usage_exits_with_64(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(arguments) == 64
    told = capsys.readouterr().err
    assert "usage: nameplate" in told
    assert all(character.isprintable() or character == "\n" for character in told)


def test_help_exits_with_0(capsys: pytest.CaptureFixture[str]):
    assert main(["--help"]) == 0
    assert "check how a name is delegated" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["run"], ["plan", "domain.yaml"]])
def test_bad_settings_exit_with_78_and_name_the_field(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "settings.yaml"
    file.write_text("ingestion: {image: 7}\nzones: {}\n")
    assert main([*command, "--settings", str(file)]) == 78
    told = capsys.readouterr().err
    assert f"{file}: zones.powerDns: found nothing, expected a value: it is required\n" in told
    assert f"{file}: ingestion.image: found 7, expected: input should be a valid string\n" in told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param("kind: Service\nmetadata: {name: web}\n", "expected one CustomDomain with a name", id="kind"),
        pytest.param("kind: [", "cannot be read as a YAML document", id="no YAML"),
    ],
)
def test_plan_refuses_a_file_without_a_custom_domain(
    content: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    settings, file = tmp_path / "settings.yaml", tmp_path / "domain.yaml"
    power_dns = {"url": "http://127.0.0.1:1", "apiKeyFile": "/dev/null", "nameserverDomain": "n.example"}
    settings.write_text(yaml.safe_dump({"zones": {"powerDns": power_dns}, "ingestion": {"image": "x"}}))
    file.write_text(content)
    assert main(["plan", str(file), "--settings", str(settings)]) == 65
    assert told in capsys.readouterr().err


WITHOUT_EXTRA = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
from nameplate_operator.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def without(missing: set[str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    code = WITHOUT_EXTRA.format(missing=missing)
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


EXTRA = {"aiohttp", "cryptography", "httpx", "kopf", "kubernetes", "prometheus_client", "yaml"}


@pytest.mark.parametrize("command", [["run", "--settings", "x"], ["plan", "y", "--settings", "x"], ["crd"]])
def test_a_command_without_its_extra_says_how_to_install_it(command: list[str]):
    done = without(EXTRA, *command)
    assert done.returncode == 69
    assert "pip install 'nameplate[operator]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_and_reasons_need_no_extra():
    checked = without(EXTRA, "check", "acme.com")
    assert checked.returncode == 1, checked.stderr
    assert without(EXTRA, "reasons").returncode == 0


def test_nothing_but_run_imports_kopf():
    code = (
        "import sys; from nameplate_operator.__main__ import main; main(['reasons']); sys.exit('kopf' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
