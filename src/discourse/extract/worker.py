"""The process that `discourse.extract.apart` starts: reads pages from its input, one after another, within limits."""

from __future__ import annotations

import json
import os
import sys
from typing import IO, Any

from discourse.errors import PageError
from discourse.extract import extract
from discourse.extract.apart import packed, receive, send
from discourse.records import Page


def main(seconds: int, megabytes: int) -> None:
    """Answers pages until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    # What a library prints must not get between the answers.
    os.dup2(2, 1)
    _limit_memory(megabytes)
    serve(sys.stdin.buffer, answers, seconds, megabytes)


def serve(pages: IO[bytes], answers: IO[bytes], seconds: int, megabytes: int) -> None:
    """Reads each page that comes in and answers with its documents or with why there are none."""
    while (head := receive(pages)) is not None and (content := receive(pages)) is not None:
        _limit_time(seconds)
        answer = _answer(Page(content=content, **json.loads(head)), megabytes)
        send(answers, json.dumps(answer).encode())


def _answer(page: Page, megabytes: int) -> dict[str, Any]:
    try:
        return {"documents": packed(extract(page))}
    except PageError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": f"reading it takes more than {megabytes} MB of memory", "exhausted": True}
    except Exception as error:  # whatever a page does to the code, it costs that page and not the run
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return {"error": f"a fault in this software ({reason}): please report it"}


def _limit_memory(megabytes: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1_000_000, megabytes * 1_000_000))
    except (ImportError, OSError, ValueError):
        return  # Windows has no such limit: there, time alone is limited.


def _limit_time(seconds: int) -> None:
    try:
        import resource

        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(used) + seconds + 1, hard))
    except (ImportError, OSError, ValueError):
        return


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
