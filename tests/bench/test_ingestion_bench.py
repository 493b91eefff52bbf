"""What `make bench` runs of the ingestion service, once and small: each piece still measures something."""

from collections.abc import Callable

import pytest

from bench.ingestion.aims import aims_table
from bench.ingestion.comparison import Measured, Results, comparison_table, measure
from bench.ingestion.contenders import CONTENDERS, WHOLE_DISK
from bench.ingestion.kafka import Rates, compare_with_librdkafka, kafka_table
from bench.ingestion.keeping_up import Backlog, Numbers, backlogs, backlogs_table
from bench.ingestion.library import WHAT, library_table
from bench.ingestion.library_octets import wire_table
from bench.ingestion.parts import parts_table
from bench.ingestion.slow_connections import slow_connections_table
from bench.ingestion.threads import threads_table

LEFT = Backlog("to files", 9, ended=Numbers(1000, 800, 5000), taken=1000, after=0.4)
RESULTS = {name: Results([Measured(100.0, 100.0, 1.0, 2**20, 0)], 1.0) for name in CONTENDERS}


def rows(table: str) -> list[list[str]]:
    """Return the cells below the head of a Markdown table."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


@pytest.mark.parametrize("name", CONTENDERS)
def test_every_server_of_the_comparison_answers_what_is_sent(name: str):
    found = measure(CONTENDERS[name], 1)
    assert found.failed == 0
    assert min(found.per_cpu, found.rate, found.p99, found.resident) > 0


def test_every_sink_gets_all_that_a_load_left():
    found = backlogs(1)
    assert all(each.ended.taken <= each.taken for each in found)
    assert len(rows(backlogs_table(found))) == 4


@pytest.mark.parametrize(
    ("make", "count"),
    [
        pytest.param(lambda: threads_table(1), 5, id="threads"),
        pytest.param(lambda: parts_table(64), 7, id="parts"),
        pytest.param(lambda: kafka_table(compare_with_librdkafka(1, 200)), 2, id="kafka"),
        pytest.param(lambda: slow_connections_table(1, 1, 100, 20), 1, id="slow connections"),
        pytest.param(lambda: comparison_table(RESULTS), len(CONTENDERS), id="comparison"),
    ],
)
def test_every_table_has_its_rows(make: Callable[[], str], count: int):
    assert len(rows(make())) == count


def test_the_library_is_fetched_from_both_servers_without_a_failure():
    found = rows(library_table(1, 1))
    assert [what for what, *_ in found] == list(WHAT.values())
    for _, ours, theirs, ratio, *_, failed in found:
        assert min(float(each.replace(",", "")) for each in (ours, theirs, ratio)) > 0
        assert failed == "0"


def test_a_page_load_weighs_less_than_the_makers():
    (_, makers, gzip, brotli, _, current), (_, own, settings, *_), _ = rows(wire_table())
    assert own == "its own"
    makers, gzip, brotli, current, settings = (
        int(each.replace(",", "")) for each in (makers, gzip, brotli, current, settings)
    )
    assert brotli < gzip < makers * 1.01
    assert current < 400 > settings
    assert brotli + settings < makers


def test_an_aim_that_is_missed_says_by_how_much():
    found = {
        text: verdict for text, _, _, verdict in rows(aims_table(RESULTS, [LEFT], [Rates(100, 64), Rates(100, 80)]))
    }
    assert found[f"{WHOLE_DISK}: p99 at half load"] == "yes"
    assert found["the Kafka sink ÷ librdkafka, acks=all"] == "no: 90% of it"
    assert found["to files: intake that is not delivered after 9 s of full load"] == "no: 360% of it"
