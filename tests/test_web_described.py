"""The JSON interface called as its own description allows and forbids: never an error of the server's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.conftest import FakeEmbedder

schemathesis = pytest.importorskip("schemathesis", reason="make test installs schemathesis")


@pytest.fixture(scope="module")
def described(gold: Path):  # type: ignore[no-untyped-def]  # schemathesis names the type differently by version
    from discourse.web import Settings, create_app

    app = create_app(
        gold, Settings(keep=60.0, burst=10**6, hosts=("localhost", "testserver")), lambda name: FakeEmbedder()
    )
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_address_as_described(case) -> None:  # type: ignore[no-untyped-def]
    answer = case.call()
    assert answer.status_code < 500, (case.formatted_path, case.query)
    wanted = schemathesis.checks.CHECKS.get_by_names(["response_schema_conformance", "content_type_conformance"])
    if answer.status_code in (200, 400, 404):
        case.validate_response(answer, checks=wanted)
