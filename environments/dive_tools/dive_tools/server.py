"""The tools of one task over MCP, with the schemas and the texts of the release's trajectories."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import verifiers.v1 as vf
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from pydantic import ConfigDict

from builder.hub.chat import template_json
from builder.serve.offer import Offer, OfferedTool
from builder.settings import Settings
from builder.stages.workbench import open_pool

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

    from dive_tools.taskset import DiveToolsData


class Arguments(ArgModelBase):
    """Whatever a model passes: the tool's own check answers a wrong argument, in words that models were trained on."""

    model_config = ConfigDict(extra="allow")

    def model_dump_one_level(self) -> dict[str, Any]:
        return dict(self.__pydantic_extra__ or {})


class DiveToolset(vf.Toolset[vf.ToolsetConfig]):
    """Serves the toolset of the rollout's task; tools keep their names."""

    TOOL_PREFIX = None

    async def setup_task(self, task: DiveToolsData) -> None:
        """Open the pool, and the task's part of it."""
        self.offer = Offer.of(Path(task.release), open_pool(Settings.profile("default")), task.id)

    def register(self, mcp: MCPServer) -> None:
        for tool in self.offer.tools.values():
            # `add_tool` would derive the schema from a signature, which has no ranges, lengths and descriptions.
            mcp._tool_manager._tools[tool.name] = self._tool(tool)

    def _tool(self, tool: OfferedTool) -> Tool:
        # Not a plain function: those run in threads, and a tool's database belongs to the thread that opened it.
        async def call(**arguments: Any) -> str:
            return template_json(self.offer.call(tool.name, arguments)[0])

        return Tool(
            fn=call,
            name=tool.name,
            description=tool.description,
            parameters=tool.parameters,
            fn_metadata=FuncMetadata(arg_model=Arguments),
            is_async=True,
        )


if __name__ == "__main__":
    DiveToolset.run()
