"""The edge can be hurt in the ways in which a load balancer and its controller fail, and heals."""

import httpx
import pytest

from tests.cluster.waiting import until
from tests.world.edge import Edge
from tests.world.edge_objects import Application, shown_names

WELL_KNOWN = "/.well-known/nameplate?nonce=n0nce"


def test_it_takes_connections_and_never_answers(edge: Edge, app: Application) -> None:
    authority = app.serving(edge)
    edge.stop_answering()
    with pytest.raises(httpx.TimeoutException):
        app.fetch(edge, authority, timeout=0.5)
    edge.heal()
    assert app.serves(edge, authority)


def test_a_request_on_an_open_connection_hangs_too(edge: Edge, app: Application) -> None:
    authority = app.serving(edge)
    with app.client(authority) as client:
        assert client.get(app.url(edge)).status_code == 200
        edge.stop_answering()
        with pytest.raises(httpx.ReadTimeout):
            client.get(app.url(edge), timeout=0.5)


def test_it_refuses_connections(edge: Edge, app: Application) -> None:
    authority = app.serving(edge)
    edge.refuse_connections()
    with pytest.raises(httpx.ConnectError, match="refused"):
        app.fetch(edge, authority)
    edge.heal()
    assert app.serves(edge, authority)


def test_it_shows_another_certificate(edge: Edge, app: Application) -> None:
    authority = app.serving(edge)
    edge.show_certificate_of("other.example")
    assert shown_names(edge.address, edge.port, app.host) == ["other.example"]
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        app.fetch(edge, authority)


def test_it_answers_as_somebody_else(edge: Edge, app: Application) -> None:
    authority = app.serving(edge)
    edge.answer_as("stranger.example")
    said = app.fetch(edge, authority, WELL_KNOWN).json()
    assert (said["domain"], said["nonce"]) == ("stranger.example", "n0nce")
    edge.heal()
    assert app.fetch(edge, authority, WELL_KNOWN).json()["domain"] == app.host


def test_it_goes_on_with_old_settings(edge: Edge, app: Application) -> None:
    authority = app.serving(edge)

    def revision() -> str:
        found: str = app.fetch(edge, authority, WELL_KNOWN).json()["revision"]
        return found

    edge.hold_mounts()
    app.settings("revision-2")
    # A change after it that is followed: by then the ConfigMap's was seen.
    renewed = app.issue("app-tls")
    until(lambda: app.serves(edge, renewed), "the later change")
    authority = renewed
    assert revision() == "revision-1"
    edge.heal()
    until(lambda: revision() == "revision-2", "the new revision")


def test_it_shows_no_address_a_host_name_and_its_address_again(edge: Edge, app: Application) -> None:
    app.serving(edge)
    until(lambda: app.shown() == [{"ip": edge.address}], "its address")
    edge.show_nothing()
    until(lambda: app.shown() == [], "no address")
    edge.show_hostname("lb.example")
    until(lambda: app.shown() == [{"hostname": "lb.example"}], "the host name")
    edge.show_address()
    until(lambda: app.shown() == [{"ip": edge.address}], "its address again")


def test_a_status_that_somebody_else_wrote_is_put_right(edge: Edge, app: Application) -> None:
    app.serving(edge)
    patch = '{"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}}'
    command = ("patch", "ingress", "app", "-n", app.namespace, "--subresource=status", "--type=merge", "-p", patch)
    app.cluster.kubectl(*command)
    until(lambda: app.shown() == [{"ip": edge.address}], "its address again")


def test_it_moves_to_another_address(edge: Edge, app: Application) -> None:
    authority = app.serving(edge)
    before, port = edge.address, edge.port
    edge.move()
    assert (edge.address != before, edge.port) == (True, port)
    until(lambda: app.shown() == [{"ip": edge.address}], "the new address")
    assert app.serves(edge, authority)
