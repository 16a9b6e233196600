"""The example plug-in of docs/stance-models.md: it runs as printed, asks once, and takes no answer for no stance."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from discourse.stance import Pair

PAGE = Path(__file__).parents[1] / "docs" / "stance-models.md"
SURE = json.dumps({"favour": 0.1, "against": 0.8, "none": 0.1})


class Service(HTTPServer):
    """Answers like a chat service, and counts."""

    asked = 0
    answer = SURE


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["messages"][0]["content"]
        assert "Proposition: P." in question
        self.server.asked += 1
        body = json.dumps({"choices": [{"message": {"content": self.server.answer}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def judge(service: Service, kept: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("JUDGE_ADDRESS", f"http://127.0.0.1:{service.server_port}/v1/chat/completions")
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    room: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), room)
    return room["Judge"](str(kept))


def test_it_asks_once_and_keeps_the_answer(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [Pair("It fails.", "P."), Pair("It fails.", "P."), Pair("It works.", "P.", "They say not.")]
    first = judge(service, tmp_path / "a", monkeypatch).predict(pairs)
    assert np.allclose(first, [[0.1, 0.8, 0.1]] * 3)
    assert service.asked == 2
    assert (judge(service, tmp_path / "a", monkeypatch).predict(pairs) == first).all()
    assert service.asked == 2


@pytest.mark.parametrize("answer", ["Against, I think.", "{}", '{"favour": 0, "against": 0, "none": 0}', "[1]"])
def test_what_cannot_be_read_is_no_stance(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    service.answer = answer
    assert judge(service, tmp_path / "a", monkeypatch).predict([Pair("It fails.", "P.")]).tolist() == [[0, 0, 1]]


def test_no_pairs_no_rows(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge(service, tmp_path / "a", monkeypatch).predict([]).shape == (0, 3)
