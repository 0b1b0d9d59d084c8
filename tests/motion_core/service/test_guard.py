"""The guard around a one-line app, in this process."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.responses import PlainTextResponse

from motion_core.service import guard
from motion_core.service.guard import MAX_BODY, Guard

TOKEN = "open-sesame"


async def echo_length(scope, receive, send):
    message = await receive()
    await PlainTextResponse(str(len(message["body"])))(scope, receive, send)


def ask(
    method="POST", *, headers=None, content=b"", hosts=guard.LOOPBACK_NAMES, url="http://127.0.0.1:8765/x"
):
    async def exchange():
        transport = httpx.ASGITransport(Guard(echo_length, TOKEN, hosts))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, url, headers=headers or {}, content=content)

    return asyncio.run(exchange())


RIGHT = {"Authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    "value", [None, "", "Bearer", "Bearer ", "Bearer open-sesam", "Bearer open-sesamee", "bearer open-sesame",
              "Basic open-sesame", "Bearer \u00e9".encode(), TOKEN]
)  # fmt: skip
def test_only_the_token_opens(value):
    answer = ask(headers={} if value is None else {"Authorization": value})
    assert answer.status_code == 401 and "Authorization: Bearer" in answer.json()["error"]
    assert answer.headers["www-authenticate"] == "Bearer"
    assert ask(headers=RIGHT).status_code == 200


def test_web_pages_are_refused_even_with_the_token():
    answer = ask(headers={**RIGHT, "Origin": "http://127.0.0.1:8765"})
    assert answer.status_code == 403 and "Origin" in answer.json()["error"]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "", "[::2]:1"]
)
def test_other_names_are_refused_on_loopback(host):
    assert ask(headers={**RIGHT, "Host": host}).status_code == 403
    assert ask(headers={**RIGHT, "Host": host}, hosts=None).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "LOCALHOST:1", "[::1]:8765"])
def test_loopback_names_are_served(host):
    assert ask(headers={**RIGHT, "Host": host}).status_code == 200


def test_a_header_given_twice_is_refused():
    answer = ask(headers=[("Authorization", "Bearer no"), *RIGHT.items()])
    assert answer.status_code == 400 and "twice" in answer.json()["error"]


def test_bodies_up_to_the_limit_pass_whole():
    assert ask(headers=RIGHT, content=bytes(MAX_BODY)).text == str(MAX_BODY)
    answer = ask(headers=RIGHT, content=bytes(MAX_BODY + 1))
    assert answer.status_code == 413 and str(MAX_BODY) in answer.json()["error"]


def test_a_body_of_unknown_length_is_limited_too():
    async def pieces():
        for _ in range(MAX_BODY // 65536 + 1):
            yield bytes(65536)

    answer = ask(headers=RIGHT, content=pieces())
    assert answer.status_code == 413


def test_an_announced_monster_is_refused_before_it_comes():
    answer = ask(headers={**RIGHT, "Content-Length": str(10**12)}, content=b"x")
    assert answer.status_code == 413


def test_a_body_that_never_comes_ends_the_wait(monkeypatch):
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.05)

    async def drip():
        yield b"{"
        await asyncio.sleep(30)

    assert ask(headers=RIGHT, content=drip()).status_code == 408


def test_an_address_and_a_head_have_an_end():
    long = ask("GET", headers=RIGHT, url="http://127.0.0.1:8765/x?text=" + "a" * 60_000)
    assert long.status_code == 414 and "use at most 16384" in long.json()["error"]
    assert ask("GET", headers=RIGHT, url="http://127.0.0.1:8765/" + "a" * 20_000).status_code == 414
    heavy = ask("GET", headers={**RIGHT, "Cookie": "a" * 40_000})
    assert heavy.status_code == 431 and "use at most 32768" in heavy.json()["error"]
    assert ask("GET", headers=RIGHT, url="http://127.0.0.1:8765/x?text=" + "a" * 12_000).status_code == 200


def test_bodies_together_have_an_end(monkeypatch):
    monkeypatch.setattr(guard, "MAX_HELD", 1000)
    door = Guard(echo_length, TOKEN)

    async def post(size: int) -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(door)) as client:
            answer = await client.post("http://127.0.0.1:8765/x", headers=RIGHT, content=b"x" * size)
        return answer.status_code

    assert [asyncio.run(post(size)) for size in (900, 1100, 900)] == [200, 429, 200]
    assert door._held == 0
