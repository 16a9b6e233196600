"""PDFs written by hand for the tests: lines of Helvetica at given places."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Line(NamedTuple):
    """A line of text, its left edge and baseline in points from the bottom left, its size, and whether it is bold."""

    text: str
    x: float
    y: float
    size: float = 11
    bold: bool = False


def _escaped(text: str) -> bytes:
    return text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _stream(lines: Iterable[Line]) -> bytes:
    return b"\n".join(
        b"BT /F%d %g Tf %g %g Td (%s) Tj ET" % (2 if line.bold else 1, line.size, line.x, line.y, _escaped(line.text))
        for line in lines
    )


def make_pdf(pages: Sequence[Iterable[Line]], *, info: str = "", encrypt: str = "") -> bytes:
    """A PDF of A4 pages; `info` and `encrypt` are the bodies of its information and encryption dictionaries."""
    objects: list[bytes] = [b"", b""]
    for base, name in ((3, b"Helvetica"), (4, b"Helvetica-Bold")):
        assert len(objects) == base - 1
        objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % name)
    kids = []
    for lines in pages:
        content = _stream(lines)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>" % len(objects)
        )
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids))
    trailer = b"/Root 1 0 R"
    for key, body in ((b"Info", info), (b"Encrypt", encrypt)):
        if body:
            objects.append(b"<< %s >>" % body.encode("latin-1"))
            trailer += b" /%s %d 0 R" % (key, len(objects))
    if encrypt:
        trailer += b" /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]"
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d %s >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, table))
    return out.getvalue()


def column(texts: Sequence[str], x: float, top: float, step: float = 14, size: float = 11) -> list[Line]:
    """Lines one under another."""
    return [Line(text, x, top - step * number, size) for number, text in enumerate(texts)]
