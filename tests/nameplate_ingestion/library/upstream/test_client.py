"""How an upstream is asked, over HTTP and TLS, and what is made of whatever it answers."""

import gzip

import pytest

from nameplate_ingestion.library.upstream.client import UpstreamClient
from nameplate_ingestion.library.upstream.terms import Address, NotThere, UpstreamTrouble
from tests.cluster.ports import ReservedPort
from tests.nameplate_ingestion.library.upstream.cdn import Cdn, File
from tests.world.loopback_certificate import self_signed

PATH = "/next-integrations/integrations/a/1.0.0/a.dynamic.js.gz"
MOST = 100_000
SCRIPT = {"Content-Type": "application/javascript"}


async def ask(base, path=PATH, validator="", *, document=False):
    """Ask once, with a client of its own."""
    client = UpstreamClient(now=lambda: 1_900_000_000.0)
    try:
        return await (client.document if document else client.file)(Address(base, path), validator, MOST)
    finally:
        await client.close()


async def answer_to(file, path=PATH, **how):
    with Cdn({path: file}) as cdn:
        return await ask(cdn.url, path, **how)


async def test_a_compressed_file_is_taken_as_it_is_with_its_type_and_lifetime():
    body = gzip.compress(b"window.a = 1")
    headers = SCRIPT | {"Content-Encoding": "gzip", "Cache-Control": "public, max-age=86400"}
    fetched = await answer_to(File(body, headers))
    assert fetched.lifetime == 86400
    assert fetched.copy.body == body
    assert (fetched.copy.gzip, fetched.copy.content_type) == (True, "application/javascript")
    assert fetched.copy.validator


async def test_the_upstream_learns_nothing_of_who_asks(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NETRC", "/nonexistent")
    cookies = SCRIPT | {"Set-Cookie": "a=b; Path=/"}
    with Cdn({PATH: File(headers=cookies)}) as cdn:
        client = UpstreamClient()
        for _ in range(2):
            await client.file(Address(cdn.url, PATH), "", MOST)
        await client.close()
    for asked in cdn.asked:
        assert asked.path == PATH
        assert asked.headers == {
            "host": cdn.url.removeprefix("http://"),
            "accept": "*/*",
            "accept-encoding": "gzip",
            "connection": "close",
            "user-agent": "nameplate",
        }


async def test_a_copy_that_still_holds_is_not_sent_again():
    with Cdn({PATH: File(headers=SCRIPT | {"Cache-Control": "max-age=700"})}) as cdn:
        first = await ask(cdn.url)
        again = await ask(cdn.url, validator=first.copy.validator)
        assert (again.copy, again.lifetime) == (None, 700)
        assert cdn.asked[1].headers["if-none-match"] == first.copy.validator
        cdn.files[PATH] = File(b"var a = 2")
        assert (await ask(cdn.url, validator=first.copy.validator)).copy.body == b"var a = 2"


@pytest.mark.parametrize("status", [404, 410, 403])
async def test_a_file_that_the_upstream_does_not_have_is_not_there(status):
    with pytest.raises(NotThere):
        await answer_to(File(b"<Error/>", {"Content-Type": "text/xml"}, status))


async def test_a_file_that_is_denied_all_of_a_sudden_is_not_taken_for_gone():
    with pytest.raises(UpstreamTrouble, match="403"):
        await answer_to(File(b"<Error/>", {}, 403), validator='"was-there"')


@pytest.mark.parametrize(
    ("file", "text"),
    [
        pytest.param(File(status=500), "it answered 500", id="a fault of its own"),
        pytest.param(File(status=206), "it answered 206", id="a part"),
        pytest.param(File(b"", {"Location": "/elsewhere"}, 301), "it answered 301", id="a redirect within"),
        pytest.param(File(status=304, etag=False), "it answered 304", id="unchanged, and nobody asked"),
        pytest.param(File(bytes(MOST + 1)), "its answer is too large", id="too large"),
        pytest.param(File(bytes(MOST + 1), promised=-1), "it did not say where its answer ends", id="without an end"),
        pytest.param(File(b"half", promised=100), "RemoteProtocolError", id="cut off"),
        pytest.param(File(headers={"Content-Encoding": "br"}), "it chose a content coding", id="brotli"),
        pytest.param(File(headers={"Content-Type": "text/html"}), "it answered in HTML", id="a page of a middle box"),
    ],
)
async def test_what_cannot_be_used_is_trouble_with_this_file_alone(file, text):
    with pytest.raises(UpstreamTrouble, match=text) as caught:
        await answer_to(file)
    assert (caught.value.everything, caught.value.retry_after) == (False, None)


@pytest.mark.parametrize(("status", "headers", "after"), [(429, {}, None), (503, {"Retry-After": "20"}, 20.0)])
async def test_an_upstream_that_wants_to_be_left_alone_says_so_for_everything(status, headers, after):
    with pytest.raises(UpstreamTrouble) as caught:
        await answer_to(File(status=status, headers=headers))
    assert (caught.value.everything, caught.value.retry_after) == (True, after)


async def test_nobody_is_followed_to_another_host():
    with Cdn({PATH: File()}) as other, Cdn({PATH: File(b"", {"Location": other.url + PATH}, 302)}) as cdn:
        with pytest.raises(UpstreamTrouble, match="it answered 302"):
            await ask(cdn.url)
        assert not other.asked


async def test_an_upstream_that_nobody_reaches_is_away_with_everything():
    port = ReservedPort()
    try:
        with pytest.raises(UpstreamTrouble, match="ConnectError") as caught:
            await ask(f"http://127.0.0.1:{port.number}")
    finally:
        port.release()
    assert caught.value.everything


async def test_an_upstream_is_believed_by_its_certificate_alone(tmp_path, monkeypatch):
    certificate = self_signed(tmp_path)
    with Cdn({PATH: File()}, certificate) as cdn:
        with pytest.raises(UpstreamTrouble, match="ConnectError"):
            await ask(cdn.url)
        assert not cdn.asked
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert (await ask(cdn.url)).copy.body == b"var a = 1"


async def test_a_document_is_asked_for_uncompressed():
    with Cdn({"/v1/projects/k/settings": File(b"{}", {"Content-Type": "application/json"})}) as cdn:
        fetched = await ask(cdn.url, "/v1/projects/k/settings", document=True)
    assert cdn.asked[0].headers["accept-encoding"] == "identity"
    assert fetched.copy.content_type == "application/json"
    with pytest.raises(UpstreamTrouble, match="it chose a content coding"):
        await answer_to(File(gzip.compress(b"{}"), {"Content-Encoding": "gzip"}), document=True)


@pytest.mark.parametrize(
    ("path", "said", "told"),
    [
        ("/next-integrations/a.js.gz", "binary/octet-stream", "text/javascript; charset=utf-8"),
        ("/next-integrations/a.js", "text/plain", "text/javascript; charset=utf-8"),
        ("/next-integrations/a.js", "text/javascript;charset=utf-8", "text/javascript;charset=utf-8"),
        ("/next-integrations/a.js", "application/x-javascript", "application/x-javascript"),
        ("/next-integrations/a.css", "text/css", "text/css"),
        ("/next-integrations/a", "", "application/octet-stream"),
        ("/next-integrations/a", "no type", "application/octet-stream"),
        ("/next-integrations/a.js", "text/javascript; x=" + "a" * 1000, "text/javascript; charset=utf-8"),
    ],
)
async def test_a_script_is_called_one_for_browsers_take_us_at_our_word(path, said, told):
    assert (await answer_to(File(headers={"Content-Type": said}), path)).copy.content_type == told
