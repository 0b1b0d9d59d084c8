"""Which motion service the user wants: one of this computer, or a server."""

from __future__ import annotations

from dataclasses import dataclass, field

from .http_client import Address, numeric_ip

HERE = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class ServiceSettings:
    """`python` starts a service on this computer; `address` and `token` reach a server that runs already."""

    server: bool = False
    python: str = ""
    device: str = "auto"
    address: str = ""
    token: str = ""
    certificate: str = ""  # a PEM file, for a server that signed its own
    online: bool = field(default=False, compare=False)  # whether Blender may use the network

    @property
    def fault(self) -> str:
        """Why this service cannot be used, and what to do about it; "" when it can."""
        if not self.server:
            return "" if self.python else "no backend yet: make its environment in the preferences of Laban"
        try:
            host = Address.parse(self.address).host
        except ValueError as error:
            return str(error)
        if self.online or (numeric_ip(host) or host) in HERE:
            return ""
        return "online access is off: allow it in Preferences > System, or use a service on this computer"
