"""A well-behaved MCP server over the islands of the tiny pool, built with the SDK: over stdio, or HTTP on a port."""

from __future__ import annotations

import sys
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field

ISLANDS = {"Crete": (624_000, 8336.0), "Iceland": (376_000, 103_000.0), "Rockall": (0, 0.0)}
READS = ToolAnnotations(read_only_hint=True)


class Area(BaseModel):
    km2: float


class Island(BaseModel):
    people: int
    area: Area
    neighbours: list[str]


def make() -> MCPServer:
    server = MCPServer("atlas", title="A small atlas", version="1.0")

    @server.tool(name="islandProfile", description="Look up an island: population and area.", annotations=READS)
    def island_profile(
        island: Annotated[str, Field(description="English name of the island, such as 'Crete'")],
    ) -> Island:
        if island not in ISLANDS:
            raise ToolError(f"no such island: {island}")
        people, km2 = ISLANDS[island]
        return Island(people=people, area=Area(km2=km2), neighbours=sorted(ISLANDS.keys() - {island}))

    @server.tool(description="People on an island, as text.", structured_output=False)
    def people_text(island: str) -> str:
        return str(ISLANDS[island][0])

    @server.tool(description="Facts of an island, as JSON in a text.", structured_output=False)
    def facts(island: str) -> str:
        return f'{{"people": {ISLANDS[island][0]}, "area_km2": {ISLANDS[island][1]}}}'

    @server.tool(description="Something with a free form.")
    def measure(options: dict[str, Any]) -> str:
        return str(len(options))

    return server


def main() -> None:
    make().run("stdio")


def main_http() -> None:
    """Port by the first argument."""
    make().run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]), stateless_http=True)


if __name__ == "__main__":
    main()
