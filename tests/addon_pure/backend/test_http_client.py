from __future__ import annotations

import socket
import time

import pytest

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
WORST_POLL = 0.25  # seconds; polls take microseconds, a busy machine may stop us anywhere


@pytest.fixture(scope="module")
def http(addon):
    return addon("backend.http_client")


def finish(request, timeout=10.0):
    """Poll to the end; no single poll may hold Blender up."""
    end, worst = time.monotonic() + timeout, 0.0
    while True:
        begun = time.perf_counter()
        done = request.poll()
        worst = max(worst, time.perf_counter() - begun)
        if done:
            break
        assert time.monotonic() < end
        time.sleep(0.002)
    assert worst < WORST_POLL
    return request


def local(http, port, token="secret"):
    return http.Address.parse(f"127.0.0.1:{port}", token)


def test_an_exchange(http, raw_server):
    raw_server.answer(OK)
    request = finish(http.Request(local(http, raw_server.port), "POST", "/jobs", {"text": "winkt \u00e4"}))
    assert request.response.status == 200 and request.response.json() == {} and request.error == ""
    head, _, body = raw_server.heard.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /jobs HTTP/1.1" and f"Host: 127.0.0.1:{raw_server.port}" in lines
    assert "Authorization: Bearer secret" in lines and f"Content-Length: {len(body)}" in lines


def test_the_answer_is_taken_although_the_connection_stays_open(http, raw_server):
    raw_server.answer(OK[:10], OK[10:], close=False)
    assert finish(http.Request(local(http, raw_server.port), "GET", "/")).response.body == b"{}"


def test_a_long_answer_arrives_whole(http, raw_server):
    body = bytes(range(256)) * 40_000  # 10 MB
    raw_server.answer(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body), body)
    assert finish(http.Request(local(http, raw_server.port), "GET", "/")).response.body == body


def test_an_answer_that_comes_before_the_request_is_sent_is_heard(http, raw_server):
    raw_server.answer(b"HTTP/1.1 413 Too Long\r\nContent-Length: 2\r\n\r\n{}", read=False)
    request = finish(http.Request(local(http, raw_server.port), "POST", "/", {"x": "y" * 100}))
    assert request.response.status == 413


@pytest.mark.parametrize(
    "garbage", [b"", b"\x00\xff garbage", OK[:30], b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
)
def test_garbage_is_an_error_with_words(http, raw_server, garbage):
    raw_server.answer(garbage)
    request = finish(http.Request(local(http, raw_server.port), "GET", "/"))
    assert request.response is None and f"127.0.0.1:{raw_server.port}: the " in request.error


def test_nobody_listens(http):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    request = finish(http.Request(local(http, port), "GET", "/"))
    assert request.response is None and "refused" in request.error.lower()


def test_silence_ends_with_the_timeout(http, raw_server):
    raw_server.answer(close=False)
    begun = time.monotonic()
    request = finish(http.Request(local(http, raw_server.port), "GET", "/", timeout=0.3))
    assert 0.25 < time.monotonic() - begun < 3 and "no answer within 0.3 seconds" in request.error


def test_an_answer_beyond_the_limit_is_refused(http, raw_server):
    raw_server.answer(b"HTTP/1.1 200 OK\r\n\r\n", bytes(5000))
    assert (
        "longer than 1000 bytes"
        in finish(http.Request(local(http, raw_server.port), "GET", "/", limit=1000)).error
    )


def test_close_at_any_time(http, raw_server):
    raw_server.answer(close=False)
    for polls in (0, 1, 5):
        request = http.Request(local(http, raw_server.port), "GET", "/")
        for _ in range(polls):
            request.poll()
        request.close()
        request.close()
        assert request.poll() and request.error == "given up" and request.response is None


@pytest.mark.parametrize(
    ("text", "netloc", "scheme", "ip"),
    [
        ("127.0.0.1:8765", "127.0.0.1:8765", "http", "127.0.0.1"),
        (" http://localhost:1/ ", "localhost:1", "http", "127.0.0.1"),
        ("https://gpu.example", "gpu.example:443", "https", ""),
        ("http://[::1]:99", "[::1]:99", "http", "::1"),
        ("gpu-box:8765", "gpu-box:8765", "http", ""),
    ],
)
def test_addresses(http, text, netloc, scheme, ip):
    address = http.Address.parse(text, "t")
    assert (address.netloc, address.scheme, address.ip) == (netloc, scheme, ip)
    assert "'t'" not in repr(address)  # a token does not belong into a log


@pytest.mark.parametrize(
    "text", ["", "ftp://x", "http://", "http://a b", "http://x:99999", "http://x/path", "[::1", "x\r\ny:1"]
)
def test_what_is_no_address(http, text):
    with pytest.raises(ValueError, match="write it as http"):
        http.Address.parse(text)


def test_a_token_cannot_smuggle_headers(http):
    with pytest.raises(ValueError, match="token"):
        http.Address.parse("127.0.0.1:1", "a\r\nX: y")
