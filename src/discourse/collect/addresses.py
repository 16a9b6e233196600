"""Which network addresses may be asked: names are resolved first, and what was checked is what is connected to."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Sequence[str]]
"""Host name and port to numeric addresses; raises OSError if there are none."""

PUBLIC_ONLY: tuple[Network, ...] = ()
PRIVATE: tuple[Network, ...] = tuple(
    ipaddress.ip_network(network)
    for network in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""What `--allow-private` adds: this machine and private networks, but no link-local or metadata address."""

# Metadata services of cloud machines that lie outside the link-local range.
_METADATA = frozenset(map(ipaddress.ip_address, ("168.63.129.16", "100.100.100.200", "fd00:ec2::254")))
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class ForbiddenAddressError(Exception):
    """A name that leads to an address that is not asked."""


def resolve(host: str, port: int) -> list[str]:
    """The numeric addresses of a host name, in the order of the system's preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def permitted(host: str, port: int, allowed: Sequence[Network], resolver: Resolver = resolve) -> list[str]:
    """The addresses of a host; ForbiddenAddressError if any is private, local or reserved and not allowed."""
    found = resolver(host, port)
    for text in found:
        reason = why_forbidden(ipaddress.ip_address(text.partition("%")[0]), allowed)
        if reason:
            where = host if host == text else f"{host} ({text})"
            raise ForbiddenAddressError(f"{where} is {reason}, which is not asked")
    if not found:
        raise OSError(f"no address for {host}")
    return list(found)


def why_forbidden(address: Address, allowed: Sequence[Network] = PUBLIC_ONLY) -> str | None:
    """What kind of address this is, if it is one that is not asked; None if it may be asked."""
    address = _inner(address)
    if address in _METADATA or address.is_link_local:
        return "a link-local or metadata address"
    if any(address.version == network.version and address in network for network in allowed):
        return None
    if address.is_loopback:
        return "this machine's own address"
    if address.is_multicast or address.is_unspecified:
        return "no machine's address"
    return None if address.is_global else "an address of a private or reserved network"


def is_loopback(host: str) -> bool:
    """Whether a host of an address is this machine by its form alone, without asking DNS."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return inner or address
    return address
