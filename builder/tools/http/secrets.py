"""Keys of services: granted by name outside the specs, sent to one host, and scrubbed by value from what comes back."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from builder.errors import SettingsError, SpecError, SpecProblem
from builder.records.http import Grant, Host
from builder.records.tools import Provider

MIN_LENGTH = 8
"""Characters of a key. A shorter one is met by chance, and scrubbing it would change honest answers."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The granted keys. Never written anywhere, not even by `repr`."""

    grants: tuple[Grant, ...] = ()
    _values: Mapping[str, str] = field(default_factory=dict, repr=False)
    _forms: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, grants: Iterable[Grant], environ: Mapping[str, str]) -> Secrets:
        """The keys that the environment holds. Raises SettingsError for a value that cannot be a key."""
        grants = tuple(grants)
        values = {grant.variable: environ[grant.variable] for grant in grants if environ.get(grant.variable)}
        for name, value in values.items():
            if len(value) < MIN_LENGTH or not value.isascii() or not value.isprintable() or " " in value:
                raise SettingsError(
                    f"live.grants: the value of {name} is no key: at least {MIN_LENGTH} printable ASCII characters "
                    "without spaces (set the variable to the key alone)"
                )
        forms = {form: f"[{name}]".encode() for name, value in values.items() for form in _forms(value)}
        # The longest first: one form may begin with another.
        return cls(grants, values, tuple(sorted(forms.items(), key=lambda pair: (-len(pair[0]), pair[0]))))

    def value(self, provider: Provider, host: Host) -> str | None:
        """The provider's key for a host; None when it takes none.

        Raises SpecError naming file and key when a key is required and not granted, or the variable is not set.
        """
        auth = provider.auth
        if auth is None or auth.host != host.name:
            return None
        if Grant(provider=provider.id, host=host.name, variable=auth.variable) not in self.grants:
            if not auth.required:
                return None
            raise _missing(
                provider,
                f"{auth.variable} is not granted to {provider.id} at {host.name}",
                f'add [[live.grants]] with provider = "{provider.id}", host = "{host.name}", '
                f'variable = "{auth.variable}" to the settings',
            )
        if auth.variable not in self._values:
            raise _missing(provider, f"{auth.variable} is granted but not set", "set it in the environment")
        return self._values[auth.variable]

    def is_key(self, text: str) -> bool:
        """Whether a text holds a granted key."""
        return any(value in text for value in self._values.values())

    def scrub(self, text: bytes) -> bytes:
        """The text with each key, in whatever common form, replaced by the name of its variable."""
        for form, name in self._forms:
            text = text.replace(form, name)
        return text

    def scrub_text(self, text: str) -> str:
        return self.scrub(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


def _forms(value: str) -> Iterator[bytes]:
    """As it is, percent-encoded, escaped for JSON, and in base64 at each of the three places it may start."""
    escaped = json.dumps(value)[1:-1]
    for text in (value, quote(value, safe=""), quote_plus(value), quote(value), escaped, escaped.replace("/", "\\/")):
        yield text.encode()
    # Percent-encoding may be in lower case, or done twice.
    yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), quote(value, safe="")).encode()
    yield quote(quote(value, safe=""), safe="").encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            # Characters at the ends hold bits of the neighbours and are not the key's alone.
            whole = encode(b"\0" * shift + value.encode())
            start = (0, 2, 3)[shift]
            end = (shift + len(value)) // 3 * 4
            yield whole[start:end]


def _missing(provider: Provider, problem: str, remedy: str) -> SpecError:
    return SpecError([SpecProblem(f"{provider.id.replace('.', '/')}/provider.toml", "auth.variable", problem, remedy)])
