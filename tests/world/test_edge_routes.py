"""Which request goes to which Pods, as the Ingress, Service and EndpointSlice APIs define it."""

from typing import Any

import pytest

from tests.world.edge_routes import Rotation, Routes, World, routes, served_pods
from tests.world.edge_watch import Objects

HOST = "a.example"


def _meta(name: str, created: str = "2026-01-01T00:00:00Z", **more: Any) -> dict[str, Any]:
    return {"namespace": "n", "name": name, "uid": name, "creationTimestamp": created, **more}


def _objects(*items: dict[str, Any]) -> Objects:
    return {(item["metadata"]["namespace"], item["metadata"]["name"]): item for item in items}


def _ingress(
    name: str, *paths: tuple[str, str, str], port: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    port = port or {"name": "http"}
    rows = [
        {"path": path, "pathType": kind, "backend": {"service": {"name": service, "port": port}}}
        for path, kind, service in paths
    ]
    spec = {"ingressClassName": "edge", "rules": [{"host": HOST, "http": {"paths": rows}}], **more}
    return {"metadata": _meta(name), "spec": spec}


def _service(name: str) -> dict[str, Any]:
    return {"metadata": _meta(name), "spec": {"ports": [{"name": "http", "port": 80}]}}


def _slice(name: str, service: str, *endpoints: dict[str, Any], port: str = "http") -> dict[str, Any]:
    labels = {"kubernetes.io/service-name": service}
    return {
        "metadata": _meta(name, labels=labels),
        "ports": [{"name": port, "port": 8080}],
        "endpoints": list(endpoints),
    }


def _endpoint(pod: str, **conditions: bool) -> dict[str, Any]:
    return {"addresses": ["10.0.0.1"], "conditions": conditions, "targetRef": {"kind": "Pod", "uid": pod}}


def _world(ingresses: list[dict[str, Any]], slices: list[dict[str, Any]], services: tuple[str, ...] = ("s",)) -> World:
    return {
        "ingresses": _objects(*ingresses),
        "services": _objects(*(_service(name) for name in services)),
        "endpointslices": _objects(*slices),
    }


def _pods(found: Routes, path: str = "/") -> tuple[str, ...] | None:
    hit = found.find(HOST, path)
    return None if hit is None else hit.pods


ALL = ("/", "Prefix", "s")


@pytest.mark.parametrize(
    ("endpoints", "expected"),
    [
        pytest.param([_endpoint("p1", ready=True), _endpoint("p2", ready=True)], ("p1", "p2"), id="ready ones"),
        pytest.param([_endpoint("p1", ready=False)], (), id="not ready"),
        pytest.param([_endpoint("p1")], ("p1",), id="no word on readiness means ready"),
        pytest.param([_endpoint("p1", ready=False, serving=True, terminating=True)], (), id="terminating"),
        pytest.param([_endpoint("p1", ready=True), _endpoint("p1", ready=True)], ("p1",), id="a Pod counts once"),
        pytest.param([{"addresses": ["10.0.0.1"], "conditions": {"ready": True}}], (), id="no Pod behind it"),
    ],
)
def test_requests_go_to_ready_endpoints(endpoints: list[dict[str, Any]], expected: tuple[str, ...]) -> None:
    found = routes(_world([_ingress("i", ALL)], [_slice("e", "s", *endpoints)]), "edge")
    assert (_pods(found), served_pods(found)) == (expected, set(expected))


def test_the_slices_of_a_service_add_up() -> None:
    slices = [
        _slice("e1", "s", _endpoint("p1")),
        _slice("e2", "s", _endpoint("p2")),
        _slice("e3", "t", _endpoint("p3")),
    ]
    assert _pods(routes(_world([_ingress("i", ALL)], slices), "edge")) == ("p1", "p2")


@pytest.mark.parametrize(
    ("ingress", "expected"),
    [
        pytest.param(_ingress("i", ALL, port={"number": 80}), ("p1",), id="the port by its number"),
        pytest.param(_ingress("i", ALL, port={"number": 81}), (), id="a number that the Service does not have"),
        pytest.param(_ingress("i", ALL, port={"name": "other"}), (), id="a name that the Service does not have"),
        pytest.param(_ingress("i", ("/", "Prefix", "t")), (), id="a Service that does not exist"),
        pytest.param(_ingress("i", ALL, ingressClassName="other"), None, id="an Ingress of another class"),
    ],
)
def test_backends_are_named_by_service_and_port(ingress: dict[str, Any], expected: tuple[str, ...] | None) -> None:
    assert _pods(routes(_world([ingress], [_slice("e", "s", _endpoint("p1"))]), "edge")) == expected


def test_a_slice_without_the_port_does_not_count() -> None:
    assert _pods(routes(_world([_ingress("i", ALL)], [_slice("e", "s", _endpoint("p1"), port="other")]), "edge")) == ()


@pytest.mark.parametrize(
    ("path", "service"),
    [
        pytest.param("/", "root", id="the root"),
        pytest.param("/v1", "v1", id="a prefix itself"),
        pytest.param("/v1/", "v1", id="a prefix with a slash"),
        pytest.param("/v1/batch", "v1", id="below a prefix"),
        pytest.param("/v12", "root", id="a prefix ends at a slash"),
        pytest.param("/v1/exact", "exact", id="an exact path is before a prefix"),
        pytest.param("/v1/exact/below", "v1", id="an exact path takes nothing below"),
    ],
)
def test_the_longest_path_that_fits_takes_a_request(path: str, service: str) -> None:
    paths = (("/", "Prefix", "root"), ("/v1", "Prefix", "v1"), ("/v1/exact", "Exact", "exact"))
    found = routes(_world([_ingress("i", *paths)], []), "edge").find(HOST, path)
    assert found is not None
    assert found.service == ("n", service)


def test_of_two_ingresses_the_older_has_the_host() -> None:
    older, younger = _ingress("z-older", ALL), _ingress("a-younger", ("/", "Prefix", "t"))
    younger["metadata"]["creationTimestamp"] = "2026-02-02T00:00:00Z"
    found = routes(_world([younger, older], []), "edge").find(HOST, "/")
    assert found is not None
    assert found.service == ("n", "s")


def test_each_service_has_a_turn_of_its_own() -> None:
    slices = [_slice("e1", "s", _endpoint("p1"), _endpoint("p2")), _slice("e2", "t", _endpoint("q1"), _endpoint("q2"))]
    found = routes(_world([_ingress("i", ALL, ("/t", "Prefix", "t"))], slices, ("s", "t")), "edge")
    rotation = Rotation()
    one, other = found.find(HOST, "/"), found.find(HOST, "/t")
    assert one is not None
    assert other is not None
    assert [rotation.next(each) for each in (one, other, one, other, one)] == ["p1", "q1", "p2", "q2", "p1"]
