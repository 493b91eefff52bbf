"""The edge sends requests by host to the ready Pods of a Service, over TLS, and fills the status of Ingresses."""

import httpx
import pytest

from tests.cluster.pods import tell_pods
from tests.cluster.waiting import until
from tests.world.edge import Edge
from tests.world.edge_objects import Application, shown_names


def _missing_keys(edge: Edge, app: Application, authority: str) -> list[str]:
    found: list[str] = app.fetch(edge, authority, "/.well-known/nameplate?nonce=1").json()["missingKeys"]
    return found


def test_an_ingress_shows_the_edges_address_and_a_request_reaches_a_pod(edge: Edge, app: Application) -> None:
    authority = app.serving(edge)
    answer = app.fetch(edge, authority, "/v1/batch")
    until(lambda: app.shown() == [{"ip": edge.address}], "its address")
    assert answer.json() == {
        "host": app.host,
        "method": "GET",
        "path": "/v1/batch",
        "pod": app.pods()[0]["metadata"]["name"],
        "forwarded": {
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-proto": "https",
            "x-forwarded-host": app.host,
        },
    }


def test_the_well_known_answer_is_that_of_the_mounted_settings(edge: Edge, app: Application) -> None:
    authority = app.serving(edge)
    answer = app.fetch(edge, authority, "/.well-known/nameplate?nonce=n0nce")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json() == {
        "domain": app.host,
        "uid": "uid-of-the-domain",
        "nonce": "n0nce",
        "revision": "revision-1",
        "missingKeys": ["backend"],
    }


def test_a_changed_config_map_is_followed(edge: Edge, app: Application) -> None:
    authority = app.serving(edge)
    app.settings("revision-2")
    path = "/.well-known/nameplate?nonce=1"
    until(lambda: app.fetch(edge, authority, path).json()["revision"] == "revision-2", "the new revision")


def test_an_optional_secret_is_missing_until_it_is_there_and_again_after(edge: Edge, app: Application) -> None:
    authority = app.serving(edge)
    assert _missing_keys(edge, app, authority) == ["backend"]
    app.apply("Secret", {"stringData": {"go": "s3cret"}}, "keys")
    until(lambda: _missing_keys(edge, app, authority) == [], "the key to be mounted")
    app.cluster.kubectl("delete", "secret", "keys", "-n", app.namespace)
    until(lambda: _missing_keys(edge, app, authority) == ["backend"], "the key to be gone")


def test_a_pod_whose_settings_do_not_exist_gets_no_backend(edge: Edge, app: Application) -> None:
    app.deploy()
    app.cluster.kubectl("delete", "configmap", "app", "-n", app.namespace)
    app.cluster.kubectl("delete", "pods", "--all", "-n", app.namespace)
    until(lambda: "configmaps 'app' not found" in edge.waiting_pods.values(), "the Pod to wait")


def test_pods_take_turns(edge: Edge, app: Application) -> None:
    authority = app.serving(edge, replicas=3)

    def take_turns() -> bool:
        answered = [app.fetch(edge, authority).json()["pod"] for _ in range(6)]
        names = {pod["metadata"]["name"] for pod in app.pods()}
        return len(names) == 3 and set(answered) == names and answered[:3] == answered[3:]

    until(take_turns, "all three Pods to answer in turn")


def test_a_pod_that_is_not_ready_gets_no_request(edge: Edge, app: Application) -> None:
    authority = app.serving(edge)
    tell_pods(app.cluster, app.namespace, "stall")
    until(lambda: app.fetch(edge, authority).status_code == 503, "no endpoint to be ready")
    tell_pods(app.cluster, app.namespace, None)
    until(lambda: app.serves(edge, authority), "the Pod to be served again")


def test_scaling_to_none_and_back(edge: Edge, app: Application) -> None:
    authority = app.serving(edge)
    app.cluster.kubectl("scale", "deployment", "app", "--replicas=0", "-n", app.namespace)
    until(lambda: app.fetch(edge, authority).status_code == 503, "no endpoint")
    app.cluster.kubectl("scale", "deployment", "app", "--replicas=2", "-n", app.namespace)
    until(lambda: app.serves(edge, authority), "the new Pods to be served")


def test_an_unknown_host_gets_404_behind_a_certificate_that_nobody_trusts(edge: Edge, app: Application) -> None:
    authority = app.serving(edge)
    assert app.serves(edge, authority)
    with app.client(authority) as client:
        assert client.get(app.url(edge), headers={"Host": "stranger.example"}).status_code == 404
    with (
        app.client(authority, "stranger.example") as client,
        pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        client.get(app.url(edge))


def test_certificates_follow_their_secret_by_server_name(edge: Edge, app: Application) -> None:
    app.serving(edge)
    assert shown_names(edge.address, edge.port, app.host) == [app.host]
    assert shown_names(edge.address, edge.port, None) == ["default.edge.invalid"]
    renewed = app.issue("app-tls")
    until(lambda: app.serves(edge, renewed), "the new certificate")


def test_an_ingress_of_another_class_is_left_alone(edge: Edge, app: Application) -> None:
    Application(app.cluster, app.namespace, "somebody-elses", app.host).apply_ingress("other")
    # Later than the other one: once this is shown, that one was seen.
    app.serving(edge)
    until(lambda: app.shown("app") == [{"ip": edge.address}], "its address in the later one")
    assert app.shown("other") == []
