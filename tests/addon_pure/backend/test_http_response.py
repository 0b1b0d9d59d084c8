from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

BODY = b'{"id": "a1", "text": "walks"}' * 3
WAYS = {
    "length": b"HTTP/1.1 202 Accepted\r\nContent-Length: %d\r\nX-A: b\r\n\r\n%b" % (len(BODY), BODY),
    "keep-alive": b"HTTP/1.1 202 \r\nConnection: keep-alive\r\ncontent-length:%d\r\nX-A:b\r\n\r\n%b"
    % (len(BODY), BODY),
    "chunks": b"HTTP/1.1 202 Accepted\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\n%b\r\n%x;name=value\r\n%b\r\n0\r\nTrailer: t\r\n\r\n" % (BODY[:5], len(BODY) - 5, BODY[5:]),
    "until the end": b"HTTP/1.0 202 Accepted\r\nX-A: b\r\n\r\n" + BODY,
    "after a 100": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nX-A: b\r\nContent-Length: %d\r\n\r\n%b"
    % (len(BODY), BODY),
}  # fmt: skip


@pytest.fixture(scope="module")
def http(addon):
    return addon("backend.http_response")


def parse(http, portions, limit=10_000):
    parser = http.ResponseParser(limit)
    for portion in portions:
        parser.feed(portion)
    if parser.response is None:
        parser.eof()
    return parser.response


@settings(max_examples=40, derandomize=True, deadline=None)
@given(way=st.sampled_from(sorted(WAYS)), cuts=st.lists(st.integers(0, 300), max_size=8))
def test_a_response_is_the_same_in_any_portions(http, way, cuts):
    data = WAYS[way]
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    response = parse(http, [data[a:b] for a, b in itertools.pairwise(edges)])
    assert (response.status, response.body, response.headers["x-a"]) == (202, BODY, "b")


def test_a_response_without_a_body(http):
    assert parse(http, [b"HTTP/1.1 204 No Content\r\n\r\n"]).body == b""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "is not HTTP"),
        (b"\x15\x03\x03\x00\x02", "is not HTTP"),
        (b"HTTP/2 200\r\n\r\n", "begins with"),
        (b"HTTP/1.1 2x0 OK\r\n\r\n", "begins with"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "length is '-1'"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", "longer than 10000"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n", "size b'-5'"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n", "longer than 10000"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * 2000, "no size"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + bytes(10_001), "longer than 10000"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000, "headers do not end"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "in the middle"),
        (b"", "in the middle"),
    ],
)
def test_what_is_no_response_is_refused(http, data, words):
    with pytest.raises(http.ProtocolError, match=words):
        parse(http, [data])


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", WAYS["chunks"][:70]]))
def test_noise_never_breaks_the_parser_in_another_way(http, noise, start):
    try:
        assert parse(http, [start + noise]).status >= 200
    except http.ProtocolError as fault:
        assert str(fault)


def test_json_and_error_texts(http):
    response = http.Response(400, {}, b'{"error": "no such model"}')
    assert response.json() == {"error": "no such model"} and response.error == "no such model"
    for body in (b"", b"<html>", b"[1]", b"\xff", b"[" * 100_000):
        bad = http.Response(502, {}, body)
        assert bad.error == "status 502"
        with pytest.raises(http.ProtocolError, match="not a JSON object"):
            bad.json()
