"""How hosts are asked: who asks, how often, how long, and what is not asked at all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from discourse import __version__
from discourse.collect.addresses import PRIVATE, PUBLIC_ONLY, Network, Resolver, is_loopback, resolve
from discourse.collect.exchange import Limits
from discourse.collect.robots import AGENT
from discourse.collect.urls import checked
from discourse.errors import DiscourseError

CONTACT_VARIABLE = "DISCOURSE_CONTACT"
PRIVATE_VARIABLE = "DISCOURSE_ALLOW_PRIVATE"

_CONTACT = re.compile(r"(?:mailto:)?[\x21-\x7e]+@[\x21-\x7e]+\.[\x21-\x7e]+|https?://[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Manner:
    """Rules that hold for every request."""

    contact: str | None = None
    """An e-mail or web address at which whoever runs the collector can be reached."""
    delay: float = 2.0
    """Seconds between two requests to one host; more if its robots.txt asks for more."""
    at_once: int = 4
    """Requests under way at the same time, to different hosts."""
    tries: int = 3
    """Requests for one page, where the answer is that the host is too busy or there is none."""
    backoff: float = 4.0
    """Seconds before the second try; doubled for each further one, with jitter, unless the host says how long."""
    patience: float = 300.0
    """Seconds; a host that wants a longer pause than this is left alone until the next run."""
    redirects: int = 8
    limits: Limits = field(default_factory=Limits)
    allowed: Sequence[Network] = PUBLIC_ONLY
    """Networks that may be asked beside the public one."""
    resolver: Resolver = resolve

    @classmethod
    def of_environment(cls) -> Self:
        """The default manner with what the environment says: DISCOURSE_CONTACT, DISCOURSE_ALLOW_PRIVATE."""
        manner = cls(contact=os.environ.get(CONTACT_VARIABLE) or None)
        return manner.allowing_private() if os.environ.get(PRIVATE_VARIABLE) == "1" else manner

    @property
    def agent(self) -> str:
        """The User-Agent of every request."""
        return f"{AGENT}/{__version__} ({f'+{self.contact}' if self.contact else 'on this machine only'})"

    def allowing_private(self) -> Self:
        """The same manner, asking private networks and this machine too."""
        return replace(self, allowed=PRIVATE)

    def check_contact(self, urls: Iterable[str]) -> None:
        """Raises DiscourseError if any of the addresses lies beyond this machine and no usable contact is set."""
        if self.contact is not None and not _CONTACT.fullmatch(self.contact):
            raise DiscourseError(f'contact "{self.contact}" is neither an e-mail nor a web address: give one')
        if self.contact is None and not all(is_loopback(checked(url).hostname or "") for url in urls):
            raise DiscourseError(
                "no contact set: sites must be able to reach whoever asks them; set "
                f'{CONTACT_VARIABLE}="you@example.org" or contact under [collector] in the sources file'
            )
