"""Live tools of kind `mcp`: the one server of a provider, and which of its tools a spec asks.

docs/mcp_tools.md explains every key. What a server is allowed follows the security practices of the Model Context
Protocol (local server compromise, token passthrough, session hijacking) and the threat model behind
`builder.records.http`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from builder.records.base import Json, Record, Text


class ServerPackage(Record):
    """What the program of a server is installed from. It is started only when exactly that is installed."""

    registry: Literal["pypi", "npm"]
    name: str = Field(pattern=r"^(@[a-z0-9][a-z0-9._\-]*/)?[A-Za-z0-9][A-Za-z0-9._\-]*$", max_length=214)
    version: str = Field(pattern=r"^[0-9][A-Za-z0-9.+!\-]*$", max_length=64)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of the files that it installs (`builder.tools.mcp.packages`)."""
    licence: Text


class McpServer(Record):
    """A program that is spoken to over its standard input and output, or the address of a streamable HTTP endpoint."""

    command: tuple[Text, ...] = ()
    """Name of the program in the environment that the operator grants, and its arguments. There is no shell."""
    package: ServerPackage | None = None
    url: str | None = Field(default=None, pattern=r"^https?://[^\s<>]+$", max_length=2048)

    @model_validator(mode="after")
    def _is_one_of_the_two(self) -> McpServer:
        if (self.url is None) == (not self.command):
            raise ValueError("a server has a command or a url: give one of the two")
        if bool(self.command) != (self.package is not None):
            raise ValueError("a command, and only a command, is of a [server.package]: say which, pinned")
        return self

    @property
    def address(self) -> str:
        """What answers are recorded under: the url, or the package with its version."""
        if self.url is not None:
            return self.url
        assert self.package is not None
        return f"{self.package.registry}:{self.package.name}=={self.package.version}"


class McpTool(Record):
    """One call of one tool of the provider's server."""

    tool: str = Field(min_length=1, max_length=128)
    """Its name there."""
    arguments: dict[str, Json] = Field(default_factory=dict)
    """What it is told: literals, tables and lists of them, and texts with `{parameter}`. A text that is one
    `{parameter}` becomes its value with its JSON type, and falls away when that is null. Without the table each
    parameter is told under its own name."""
    answer: Literal["structured", "json", "text"] = "structured"
    """What fields select from: the structured content, the one text content parsed as JSON, or that text itself."""
    safe: bool = False
    """Whether it only asks, so that it may be called again. Others are not called at all."""
    found: str | None = None
    """What an answer must hold (JMESPath or pointer); null, empty or absent means not_found."""
    refusals: dict[Text, Literal["not_found", "invalid_value"]] = Field(default_factory=dict)
    """Words in its errors by which it says no. They are recorded like answers; of several the longest counts."""

    def refusal(self, text: str) -> str | None:
        """The kind of an error of the tool; None when it is not a declared one."""
        said = [words for words in self.refusals if words in text]
        return self.refusals[max(said, key=lambda words: (len(words), words))] if said else None


class ServerGrant(Record):
    """The operator lets the program of a provider's server be started (`[[live.servers]]`)."""

    provider: Text
    home: str | None = None
    """Folder of the Python environment, or with `node_modules`, that it is installed in; by default the builder's own
    environment."""
    readable: tuple[str, ...] = ()
    """Files and folders that it may read besides."""
