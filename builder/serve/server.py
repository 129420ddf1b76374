"""The offer of a release as an MCP server, over stdio or streamable HTTP on this machine.

Calls run one after the other in the main thread: tools are hermetic and answer in milliseconds, their databases
are not shared between threads, and only there can a deadline stop one that hangs.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Any

from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from builder.errors import BuilderError
from builder.hub.chat import template_json
from builder.serve.offer import Offer

HOST = "127.0.0.1"
PATH = "/mcp"


def build_server(offer: Offer) -> Server[Any]:
    """A server with the offer's tools, and the task as the prompt `task` when there is one."""

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(name=tool.name, description=tool.description, input_schema=tool.parameters)
                for tool in offer.tools.values()
            ]
        )

    async def call_tool(_context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        payload, worked = offer.call(params.name, params.arguments or {})
        # The text is that of the tool messages in the release's trajectories.
        content = types.TextContent(type="text", text=template_json(payload))
        return types.CallToolResult(content=[content], structured_content=payload, is_error=not worked)

    async def list_prompts(_context: Any, _params: Any) -> types.ListPromptsResult:
        prompts = [types.Prompt(name="task", description="What the task asks")] if offer.question else []
        return types.ListPromptsResult(prompts=prompts)

    async def get_prompt(_context: Any, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        if params.name != "task" or not offer.question:
            raise ValueError(f"there is no prompt {params.name}")
        asked = [m["content"] for m in offer.prompt if m["role"] == "user"] or [offer.question]
        messages = [
            types.PromptMessage(role="user", content=types.TextContent(type="text", text=text)) for text in asked
        ]
        return types.GetPromptResult(messages=messages)

    system = [m["content"] for m in offer.prompt if m["role"] == "system"]
    return Server(
        offer.title,
        version=offer.version,
        instructions="\n\n".join(system) or None,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
    )


def serve_stdio(offer: Offer) -> None:
    """Serve the process that started this one, until it closes the pipe."""

    async def run() -> None:
        server = build_server(offer)
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())

    asyncio.run(run())


def serve_http(offer: Offer, port: int) -> None:
    """Serve `http://127.0.0.1:PORT/mcp` until interrupted; 0 takes a free port. The address is told on stderr."""
    import uvicorn

    app = build_server(offer).streamable_http_app(streamable_http_path=PATH, stateless_http=True, host=HOST)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
            listening.listen()
        except OSError as error:
            raise BuilderError(f"port {port}: {error.strerror or error} (choose another with --http)") from error
        print(f"serving http://{HOST}:{listening.getsockname()[1]}{PATH}", file=sys.stderr, flush=True)
        config = uvicorn.Config(app, log_level="warning", access_log=False)
        uvicorn.Server(config).run(sockets=[listening])
