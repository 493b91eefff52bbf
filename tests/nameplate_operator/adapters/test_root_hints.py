"""Root hints: the public ones, and files as people write them."""

from pathlib import Path

import pytest

from nameplate_operator.adapters.root_hints import BadHints, public_roots, read_root_hints
from nameplate_operator.ports import Server


def read(tmp_path: Path, text: str) -> tuple[Server, ...]:
    path = tmp_path / "named.root"
    path.write_text(text)
    return read_root_hints(path)


def test_the_public_root_has_thirteen_servers_of_both_families() -> None:
    roots = public_roots()
    assert len({server.name for server in roots}) == 13
    assert len(roots) == 26
    assert roots[0] == Server("a.root-servers.net", "198.41.0.4")
    assert roots[25] == Server("m.root-servers.net", "2001:dc3::35")


def test_a_file_as_iana_publishes_it(tmp_path: Path) -> None:
    text = """;       This file holds the information on root name servers
.                        3600000      NS    A.ROOT-SERVERS.NET.
A.ROOT-SERVERS.NET.      3600000      A     198.41.0.4
A.ROOT-SERVERS.NET.      3600000      AAAA  2001:503:ba3e::2:30
;
; FORMERLY NS1.ISI.EDU
;
.                        3600000      NS    B.ROOT-SERVERS.NET.
B.ROOT-SERVERS.NET.      3600000      A     170.247.170.2
; End of file
"""
    assert read(tmp_path, text) == (
        Server("a.root-servers.net", "198.41.0.4"),
        Server("b.root-servers.net", "170.247.170.2"),
        Server("a.root-servers.net", "2001:503:ba3e::2:30"),
    )


@pytest.mark.parametrize(
    "text",
    [
        ". NS ns.root.\nns.root. A 127.0.0.1\n",
        ". IN NS ns.root. ; comment\nns.root. IN A 127.0.0.1 ; comment\n",
        ".\t518400 IN NS ns.root.\r\nns.root.\t518400\tIN\tA\t127.0.0.1\r\n",
        ". 1 NS ns.root\nNS.Root 1 A 127.0.0.1\nother.root. 1 A 127.0.0.2\n",
    ],
)
def test_other_ways_to_write_it(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == (Server("ns.root", "127.0.0.1"),)


@pytest.mark.parametrize(
    "text", ["", "; nothing\n", ". NS ns.root.\n", ". NS ns.root.\nns.root. A 300.0.0.1\n", "\0\1\2", "<html>no</html>"]
)
def test_a_file_without_a_server_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadHints):
        read(tmp_path, text)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_root_hints(tmp_path / "none")
