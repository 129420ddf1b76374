"""A small service of islands on loopback, whose description is made of the models that it answers with."""

from __future__ import annotations

import json
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.json_schema import models_json_schema

from builder.testing.threaded import ThreadedServer
from tests.tools.http.islands import islands

KEY = "sea+salt/and=more8"
ROUTES = "/v1/islands"


class Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Island(Model):
    name: str = Field(examples=["Crete"], description="English name")
    population: int = Field(description="People who **live** there")
    area_km2: float = Field(alias="areaKm2", description="[Area](https://example.org/area)")
    motto: str | None = Field(default=None, description="What is said of it")
    surveyed_at: str = Field(json_schema_extra={"format": "date-time"})


class Page(Model):
    items: list[Island]
    total: int


class Limits(Model):
    most: Annotated[int, Field(ge=1, le=50)] = 10


class Search(Model):
    text: str
    limits: Limits | None = None


def island(row: dict[str, Any]) -> Island:
    return Island(name=row["name"], population=row["people"], area_km2=row["km2"], surveyed_at="2020-02-03T04:05:06Z")


def described(port: int, version: str = "3.1.0") -> dict[str, Any]:
    """The description that the service gives of itself."""
    _, schemas = models_json_schema(
        [(Island, "serialization"), (Page, "serialization"), (Search, "validation")],
        ref_template="#/components/schemas/{model}",
    )

    def answer(name: str) -> dict[str, Any]:
        return {
            "description": "?",
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
        }

    def query(name: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"name": name, "in": "query", "schema": schema, **more}

    body = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Search"}}}}
    return {
        "openapi": version,
        "info": {"title": "Archipelago", "version": "1.0", "termsOfService": "https://example.org/terms"},
        "servers": [{"url": "/v1"}],
        "security": [{"key": []}],
        "paths": {
            "/islands": {
                "get": {
                    "operationId": "listIslands",
                    "tags": ["islands"],
                    "summary": "List islands",
                    "parameters": [
                        query("minPeople", {"type": "integer", "minimum": 0}, description="Fewest people"),
                        query("names", {"type": "array", "items": {"type": "string"}}, explode=False),
                        query("page", {"type": "integer", "default": 1}),
                        query("pageSize", {"type": "integer", "default": 3, "maximum": 5}),
                    ],
                    "responses": {"200": answer("Page")},
                },
                "post": {"operationId": "addIsland", "tags": ["islands"], "responses": {"201": answer("Island")}},
            },
            "/islands/{islandName}": {
                "parameters": [{"$ref": "#/components/parameters/Name"}],
                "get": {
                    "operationId": "get-island",
                    "tags": ["islands"],
                    "description": "One island, with its people and its area.",
                    "responses": {"200": answer("Island"), "404": {"description": "No such island"}},
                },
            },
            "/search": {
                "post": {
                    "operationId": "searchIslands",
                    "tags": ["search"],
                    "summary": "Search islands by their names",
                    "requestBody": body,
                    "responses": {"200": answer("Page")},
                }
            },
        },
        "components": {
            "schemas": schemas["$defs"],
            "parameters": {
                "Name": {
                    "name": "islandName", "in": "path", "required": True, "example": "Crete",
                    "schema": {"type": "string"}, "description": "Its name",
                }
            },
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Sea-Key"}},
        },
    }  # fmt: skip


class Archipelago(ThreadedServer):
    """`with Archipelago() as service: ... service.port, service.asked`: targets of its requests, in order."""

    port = 0

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._known = islands()

    async def _start(self) -> None:
        application = web.Application(middlewares=[self._heard])
        application.add_routes(
            [
                web.get("/openapi.json", self._description),
                web.get("/v1/islands", self._list),
                web.get("/v1/islands/{name}", self._one),
                web.post("/v1/search", self._search),
            ]
        )
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        await self._runner.cleanup()

    @web.middleware
    async def _heard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.raw_path}")
        if request.path.startswith("/v1/") and request.headers.get("X-Sea-Key") != KEY:
            raise web.HTTPUnauthorized
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _description(self, request: web.Request) -> web.Response:
        return web.json_response(described(self.port))

    async def _list(self, request: web.Request) -> web.Response:
        query = request.query
        names = query["names"].split(",") if "names" in query else list(self._known)
        rows = [row for name, row in self._known.items() if name in names]
        rows = [row for row in rows if row["people"] >= int(query.get("minPeople", 0))]
        size, page = int(query.get("pageSize", 3)), int(query.get("page", 1))
        return self._page(rows[(page - 1) * size : page * size], len(rows))

    async def _one(self, request: web.Request) -> web.Response:
        row = self._known.get(request.match_info["name"])
        if row is None:
            raise web.HTTPNotFound
        return web.json_response(island(row).model_dump(by_alias=True))

    async def _search(self, request: web.Request) -> web.Response:
        wanted = Search.model_validate(json.loads(await request.text()))
        rows = [row for name, row in self._known.items() if wanted.text in name]
        return self._page(rows[: (wanted.limits or Limits()).most], len(rows))

    def _page(self, rows: list[dict[str, Any]], total: int) -> web.Response:
        page = Page(items=[island(row) for row in rows], total=total)
        return web.json_response(page.model_dump(by_alias=True))
