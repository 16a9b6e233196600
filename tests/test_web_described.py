"""The JSON interface called as its own description allows and forbids: never an error of the server's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.conftest import FakeEmbedder

schemathesis = pytest.importorskip("schemathesis", reason="make test installs schemathesis")
CHECKS = ("not_a_server_error", "response_schema_conformance", "content_type_conformance")


@pytest.fixture(scope="module")
def described(gold: Path) -> Any:
    from discourse.web import Settings, create_app

    hosts = ("localhost", "testserver")
    app = create_app(gold, Settings(keep=60.0, burst=10**6, hosts=hosts), lambda name: FakeEmbedder())
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


def test_every_address_as_described(described: Any) -> None:
    checks = schemathesis.checks.CHECKS.get_by_names(CHECKS)
    seen: dict[str, set[int]] = {}
    for found in described.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=12,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: Any) -> None:
            answer = case.call()
            seen.setdefault(case.path, set()).add(answer.status_code)
            assert answer.status_code in (200, 400, 404), (case.formatted_path, case.query, answer.text[:200])
            case.validate_response(answer, checks=checks)

        ask()
    assert len(seen) == len(list(described.get_all_operations())) > 12
    assert {200} <= set.union(*seen.values())
