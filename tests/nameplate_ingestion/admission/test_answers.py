"""The list of answers keeps to what SDKs do with a status."""

import http

from nameplate_ingestion.admission.answers import Row

KEPT_BY_SDKS = {408, 429, 503}
"""What Analytics.js, Node, Python, Java and React Native send again."""


def test_success_is_exactly_200():
    assert {row.status for row in Row if row.status < 400} - {Row.NOT_MODIFIED.status} == {200}


def test_every_status_is_one_of_http():
    assert {row.status for row in Row} <= {status.value for status in http.HTTPStatus}


def test_codes_and_texts_are_told_apart():
    assert len({row.code for row in Row}) == len({row.text for row in Row}) == len(Row)


def test_only_what_a_later_try_can_mend_asks_to_wait():
    waiting = {row for row in Row if row.retry_after is not None}
    assert waiting == {
        *(Row.LOG_FULL, Row.LOG_FAILED, Row.NOT_READY, Row.KEY_MISSING, Row.BUSY),
        *(Row.LIBRARY_MISSING, Row.UPSTREAM_AWAY, Row.UPSTREAM_BUSY),
    }
    assert {row.status for row in waiting} <= KEPT_BY_SDKS
    assert all(row.retry_after >= 1 for row in waiting)
