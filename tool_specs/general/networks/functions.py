"""Planning of IPv4 networks with the standard library."""

from __future__ import annotations

import ipaddress
import math
from typing import Any

from builder.errors import ToolError


def _network(cidr: str) -> ipaddress.IPv4Network:
    try:
        return ipaddress.IPv4Network(cidr, strict=False)
    except ValueError as error:
        raise ToolError("invalid_value", f"{cidr} is no IPv4 network: {error}") from None


def subnet_facts(cidr: str) -> dict[str, Any]:
    network = _network(cidr)
    if network.prefixlen > 30:
        raise ToolError("invalid_value", "give a prefix of /30 or shorter, which holds hosts")
    return {
        "network_address": str(network.network_address),
        "netmask": str(network.netmask),
        "broadcast_address": str(network.broadcast_address),
        "first_host": str(network.network_address + 1),
        "last_host": str(network.broadcast_address - 1),
        "usable_hosts": network.num_addresses - 2,
        "prefix_length": network.prefixlen,
    }


def smallest_subnet(hosts: int) -> dict[str, Any]:
    prefix = 32 - max(2, math.ceil(math.log2(hosts + 2)))
    return {"prefix_length": prefix, "usable_hosts": 2 ** (32 - prefix) - 2}


def split_network(cidr: str, prefix_length: int) -> dict[str, Any]:
    network = _network(cidr)
    if not network.prefixlen < prefix_length <= 30:
        raise ToolError("invalid_value", f"the new prefix must lie between /{network.prefixlen + 1} and /30")
    count = 2 ** (prefix_length - network.prefixlen)
    size = 2 ** (32 - prefix_length)
    return {
        "subnet_count": count,
        "hosts_per_subnet": size - 2,
        "last_subnet": f"{network.network_address + (count - 1) * size}/{prefix_length}",
    }
