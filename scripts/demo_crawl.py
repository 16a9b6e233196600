"""Serves the sample on this machine, collects it as a set of sources, and builds a map from the archive.

    python scripts/demo_crawl.py [FOLDER]

Nothing but 127.0.0.1 is asked. The first collection reads what it kept, and finds a page that copies another. The
second collection finds everything as it was; a page is then changed, one taken
away and a feed emptied, and the third collection says so and ends with exit code 1, as it should.
"""

from __future__ import annotations

import functools
import html
import json
import shutil
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from discourse import resources

PORT = 8917
SITE = f"http://127.0.0.1:{PORT}"

SOURCES = f"""
[collector]
delay = 0.02

[[source]]
id = "opinion"
name = "Opinion pages, by feed"
kind = "feed"
url = "{SITE}/opinion.xml"
document_kind = "opinion"

[[source]]
id = "all-pages"
name = "The whole site, by sitemap"
kind = "sitemap"
url = "{SITE}/sitemap.xml"
exclude = ["*subscribe*"]

[[source]]
id = "reports"
name = "Inspection reports with their PDFs"
kind = "ofsted"
url = "{SITE}/provider/1/carrow-vale"
document_kind = "report"

[[source]]
id = "debates"
name = "Debates, by day"
kind = "hansard"
url = "{SITE}/debates.html"
document_kind = "hansard"

[[source]]
id = "speeches"
name = "Speeches, by a search interface"
kind = "govuk"
url = "{SITE}/search.json"
document_kind = "speech"
"""


TYPES = {".md": "text/markdown", ".xml": "text/xml", ".json": "application/json"}
"""Types that a web server would give, where Python's own list differs from machine to machine."""


def main(folder: Path) -> int:
    """Runs the demonstration in a folder, which is emptied first; 0 if everything came out as it should."""
    if folder.exists() and not (folder / "site").is_dir():
        print(f"{folder}: holds something else: name another folder", file=sys.stderr)
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    site = folder / "site"
    build_site(site)
    sources = folder / "sources.toml"
    sources.write_text(SOURCES, encoding="utf-8")
    archive = folder / "archive"
    handler = functools.partial(QuietHandler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", PORT), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        collect = ("collect", str(sources), "--archive", str(archive), "--allow-private", "--format", "table")
        codes = [discourse(*collect), discourse(*collect)]
        spoil(site)
        codes.append(discourse(*collect))
        server.shutdown()
    edited = next(iter(sorted(site.glob("*speech*.html"))))
    for question in (
        ("--outcome", "changed"),
        ("--outcome", "duplicate of"),
        ("--differences", f"{SITE}/{edited.name}"),
    ):
        codes.append(discourse("ledger", "--archive", str(archive), *question, "--format", "table"))
    codes.append(discourse("ledger", "--archive", str(archive), "--check"))
    codebook = resources.path("corpus/sample") / "codebook.toml"
    codes.append(discourse("run", str(archive), "--map", str(folder / "crawl.db"), "--codebook", str(codebook)))
    return 0 if codes == [0, 0, 1, 0, 0, 0, 0, 0] else 1


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder and keeps no log."""

    def guess_type(self, path: object) -> str:
        return TYPES.get(Path(str(path)).suffix) or super().guess_type(str(path))

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def build_site(site: Path) -> None:
    """The sample as a site: its pages, and the lists by which they are found."""
    shutil.copytree(resources.path("corpus/sample"), site, ignore=shutil.ignore_patterns("*.toml", "README*"))
    pages = sorted(path.name for path in site.iterdir())
    (site / "robots.txt").write_text("User-agent: *\nDisallow: /councils-lend-managers-2017.html\n", encoding="utf-8")
    entries = "".join(f"<url><loc>{SITE}/{html.escape(name)}</loc></url>" for name in pages if name.endswith(".html"))
    (site / "sitemap.xml").write_text(f"<urlset>{entries}</urlset>", encoding="utf-8")
    (site / "opinion.xml").write_text(feed(name for name in pages if "opinion" in name), encoding="utf-8")
    links = "".join(f'<a href="/{name}">{name}</a>' for name in pages if name.startswith("debates"))
    (site / "debates.html").write_text(f"<html><body>{links}", encoding="utf-8")
    links = "".join(f'<a href="/{name}">Report</a>' for name in pages if name.endswith(".pdf"))
    (site / "provider/1").mkdir(parents=True)
    (site / "provider/1/carrow-vale").write_text(f"<html><body>{links}", encoding="utf-8")
    (site / "api/content").mkdir(parents=True)
    speeches = [name for name in pages if name.endswith(".json")]
    for name in speeches:
        (site / name).rename(site / "api/content" / name)
    results = [{"link": f"/{name}"} for name in speeches]
    (site / "search.json").write_text(json.dumps({"results": results, "total": len(results), "start": 0}))


def feed(names: object) -> str:
    """An RSS feed of these pages."""
    items = "".join(f"<item><link>{SITE}/{name}</link></item>" for name in names)  # type: ignore[attr-defined]
    return f"<rss><channel><title>Opinion</title><link>{SITE}/</link>{items}</channel></rss>"


def spoil(site: Path) -> None:
    """What happens to sites: a page is edited, another taken away, a feed goes silent."""
    edited, removed = sorted(site.glob("*speech*.html"))[:2]
    paragraphs = edited.read_text(encoding="utf-8").split("</p>")
    paragraphs[len(paragraphs) // 2] += " This sentence was put in later."
    edited.write_text("</p>".join(paragraphs), encoding="utf-8")
    removed.unlink()
    (site / "opinion.xml").write_text(feed([]), encoding="utf-8")


def discourse(*arguments: str) -> int:
    """Runs a command and shows what it says."""
    print(f"\n$ discourse {' '.join(arguments)}", flush=True)
    program = "import sys; from discourse.cli import gather, main; sys.exit(main())"
    return subprocess.run([sys.executable, "-c", program, *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo/crawl")))
