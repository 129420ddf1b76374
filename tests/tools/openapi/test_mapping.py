"""Each part of an operation has its place in a spec, or is told as what could not be mapped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builder.tools.openapi.words import cleaned, joined
from tests.tools.openapi.descriptions import OBJECT, answer, description, imported, one, operation, parameter

TEXTS = {"type": "array", "items": {"type": "string"}}

LISTS = {
    "as it is usual": ({}, None),
    "exploded": ({"explode": True}, None),
    "by commas": ({"explode": False}, ","),
    "by pipes": ({"style": "pipeDelimited", "explode": False}, "|"),
    "by spaces": ({"style": "spaceDelimited", "explode": False}, " "),
}


@pytest.mark.parametrize("case", LISTS)
def test_lists_are_written_by_style_and_explode(case: str, tmp_path: Path) -> None:
    more, lists = LISTS[case]
    got = one(tmp_path, parameter("tags", schema=TEXTS | {"minItems": 1, "maxItems": 3}, **more))
    assert got.tool["request"].get("lists") == lists and got.tool["request"]["query"] == {"tags": "{tags}"}
    tags = got.tool["parameters"]["tags"]
    assert tags["many"] and (tags["min_items"], tags["max_items"]) == (1, 3)


def test_lists_that_are_written_otherwise_than_another_are_told(tmp_path: Path) -> None:
    first, second = parameter("a", schema=TEXTS), parameter("b", schema=TEXTS, explode=False)
    got = one(tmp_path, first, second)
    assert list(got.tool["parameters"]) == ["a"]
    assert "parameter b: its list is written otherwise than that of another" in got.gap()
    got = one(tmp_path / "needed", first, second | {"required": True})
    assert list(got.tool["parameters"]) == ["b"] and got.tool["request"]["lists"] == ","
    got = one(tmp_path / "both", first | {"required": True}, second | {"required": True})
    assert got.files == {} and "not written: parameter b: its list is written otherwise" in got.gap()


def test_tables_in_the_query_are_flat_parameters(tmp_path: Path) -> None:
    table = {"type": "object", "properties": {"from": {"type": "integer"}, "to": {"type": "integer"}}}
    got = one(tmp_path, parameter("range", schema=table, style="deepObject"), parameter("deep", schema=table))
    assert got.tool["request"]["query"] == {
        "range[from]": "{range_from}", "range[to]": "{range_to}", "from": "{from}", "to": "{to}",
    }  # fmt: skip


def test_a_list_of_tables_in_the_query_is_told(tmp_path: Path) -> None:
    tables = {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "integer"}}}}
    got = one(tmp_path, parameter("points", schema=tables), parameter("unit"))
    assert got.tool["request"]["query"] == {"unit": "{unit}"}
    assert "parameter points: it is no plain value, or list of them" in got.gap()


def test_limits_and_defaults_are_kept(tmp_path: Path) -> None:
    got = one(
        tmp_path,
        parameter("most", schema={"type": "integer", "minimum": 1, "maximum": 9, "default": 5}),
        parameter("kind", schema={"type": "string", "enum": ["a", "b"]}, required=True, description="Which *kind*"),
        parameter("code", schema={"type": "string", "pattern": "^[A-Z]+$"}, example="AB"),
        parameter("X-Trace", "header"),
    )
    assert got.tool["parameters"] == {
        "most": {"type": "", "description": "", "required": False, "default": 5, "minimum": 1, "maximum": 9},
        "kind": {"type": "", "description": "Which kind", "enum": ["a", "b"]},
        "code": {"type": "", "description": "", "required": False},
        "x_trace": {"type": "", "description": "", "required": False},
    }
    assert got.tool["request"]["headers"] == {"X-Trace": "{x_trace}"}
    assert got.tool["examples"][0] == {"arguments": {"kind": "", "code": "AB"}}
    assert "parameter code: pattern: only what its type allows is checked" in got.gap()


LEFT_OUT = {
    "a cookie": (parameter("a", "cookie"), "cookies are not sent"),
    "a framing header": (parameter("Host", "header"), "that header is not a spec's to set"),
    "no name of a header": (parameter("a b", "header"), "request.headers.'a b': no name of a header"),
    "a header of two lines": (parameter("A\r\nX-B: c", "header"), "no name of a header"),
    "a list in a header": (parameter("a", "header", TEXTS), "a list stands in the query only"),
    "another writing": ({"name": "a", "in": "query", "content": {"text/csv": {}}}, "it is written as text/csv"),
    "a style of its own": (parameter("a", style="matrix"), "the style 'matrix' is not written"),
    "no schema": ({"name": "a", "in": "query"}, "it has no schema"),
    "two shapes": (parameter("a", schema={"oneOf": [{"type": "string"}, {"type": "object"}]}), "one of 2 shapes"),
    "no name": ({"in": "query", "schema": {}}, "parameters.0.name: field required"),
    "no name of a place": ({"name": "a", "in": "body", "schema": {}}, "parameters.0.in: input should be 'path'"),
    "another document": ({"$ref": "other.yaml#/a"}, "parameters.0 refers to another document: other.yaml#/a"),
}  # fmt: skip


@pytest.mark.parametrize("case", LEFT_OUT)
def test_a_parameter_that_is_needed_and_not_mapped_ends_the_operation(case: str, tmp_path: Path) -> None:
    raw, words = LEFT_OUT[case]
    got = one(tmp_path, raw | {"required": True})
    assert got.files == {} and got.gap().startswith("not written: ") and words in got.gap()


@pytest.mark.parametrize("case", ["a cookie", "a framing header", "another writing", "two shapes", "no name"])
def test_one_that_is_not_needed_is_left_out(case: str, tmp_path: Path) -> None:
    raw, words = LEFT_OUT[case]
    got = one(tmp_path, raw | {"required": False}, parameter("kept"))
    assert list(got.tool["parameters"]) == ["kept"] and words in got.gap()


def test_names_of_the_path_become_ours(tmp_path: Path) -> None:
    got = one(
        tmp_path, parameter("petId", "path"), parameter("2nd-part", "path"), parameter("stray", "path"),
        path="/pets/{petId}/of/{2nd-part}.json",
    )  # fmt: skip
    assert got.tool["request"]["url"] == "https://api.example.org/v1/pets/{pet_id}/of/{value_2nd_part}.json"
    assert "parameter stray: its path does not name it" in got.gap("GET /pets/{petId}/of/{2nd-part}.json")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/a/{b}", "its path names {b}, which is no parameter"),
        ("/a/{{b}}", "{b}, which is no parameter"),
        ("/a/../b", "a climbing segment"),
        ("/a?b=c", "holds a query"),
        ("//evil.test/x", "an empty or a climbing segment"),
        ("/%2e%2e/x", "a climbing segment"),
        ("/é", "scheme and host must be literal"),
        ("x", "its path does not begin with /"),
        ("/a\nb", "holds a query, a fragment"),
    ],
)
def test_an_odd_path_is_told(path: str, words: str, tmp_path: Path) -> None:
    got = one(tmp_path, path=path)
    assert got.files == {} and words in "".join(sum(got.gaps.values(), ()))


def test_the_body_of_a_post_becomes_parameters(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "required": ["text", "id"],
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "text": {"type": "string"},
            "where": {"type": "object", "required": ["lat"], "properties": {"lat": {"type": "number"}}},
            "tags": TEXTS,
            "parts": {"type": "array", "items": OBJECT},
        },
    }
    body = {"required": True, "content": {"application/json": {"schema": schema, "example": {"text": "x"}}}}
    got = one(tmp_path, method="post", requestBody=body)
    request = got.tool["request"]
    assert request["body"] == {"text": "{text}", "where": {"lat": "{where_lat}"}, "tags": "{tags}"}
    assert request["method"] == "POST" and request["safe"] is False and "request.safe" in got.tool["review"]
    assert got.tool["parameters"]["where_lat"]["required"] is False and got.tool["parameters"]["tags"]["many"]
    assert got.tool["examples"][0] == {"arguments": {"text": "x"}}
    assert "body parts.[].name: it is no plain value" in got.gap("POST /x")


def test_a_form_is_sent_as_one(tmp_path: Path) -> None:
    media = {
        "application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}
    }
    got = one(tmp_path, method="post", requestBody={"content": media})
    assert got.tool["request"]["body_as"] == "form" and got.tool["request"]["body"] == {"a": "{a}"}


BODIES = {
    "a file": ({"multipart/form-data": {"schema": OBJECT}}, "its body is multipart/form-data, which is not written"),
    "no schema": ({"application/json": {}}, "its body has no schema"),
    "a list of tables": ({"application/json": {"schema": {"type": "array", "items": OBJECT}}}, "no plain value"),
    "a member with braces": (
        {"application/json": {"schema": {"type": "object", "properties": {"{{a}}": {"type": "number"}}}}},
        "holds braces",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BODIES)
def test_a_body_that_is_not_mapped_is_told(case: str, tmp_path: Path) -> None:
    content, words = BODIES[case]
    got = one(tmp_path, method="post", requestBody={"required": True, "content": content})
    assert got.files == {} and words in got.gap("POST /x")


def test_what_changes_something_is_not_written(tmp_path: Path) -> None:
    methods = {
        method: operation(operationId=f"{method}It") for method in ("get", "post", "put", "patch", "delete", "head")
    }
    got = imported(tmp_path, description({"/x": methods}))
    assert set(got.files) == {"provider", "get_it"}
    assert got.gaps["described.yaml"] == (
        "not asked, as they may change something: POST /x, PUT /x, PATCH /x, DELETE /x, HEAD /x",
    )
    assert set(imported(tmp_path / "more", description({"/x": methods}), post=True).files) == {
        "provider", "get_it", "post_it",
    }  # fmt: skip


ANSWERS: dict[str, tuple[Any, str, dict[str, str], Any]] = {
    "a table": (OBJECT, "application/json", {"name": "name"}, None),
    "a value": ({"type": "number"}, "application/json", {"value": "@"}, None),
    "a list": ({"type": "array", "items": OBJECT}, "application/json", {"name": "[].name"}, None),
    "a suffix": (OBJECT, "application/vnd.example+json; charset=utf-8", {"name": "name"}, None),
    "anything": (OBJECT, "*/*", {"name": "name"}, None),
    "a text": ({"type": "string"}, "text/plain", {"value": "@"}, "text"),
    "odd names": (
        {"type": "object", "properties": {"a b": {"type": "object", "properties": {"c-d": {"type": "integer"}}}}},
        "application/json", {"a_b_c_d": '"a b"."c-d"'}, None,
    ),
    "what is only written": (
        {"type": "object", "properties": {"secret": {"type": "string", "writeOnly": True}, "a": {"type": "string"}}},
        "application/json", {"a": "a"}, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_becomes_fields(case: str, tmp_path: Path) -> None:
    schema, media, selected, kind = ANSWERS[case]
    got = one(tmp_path, responses=answer(schema, media))
    assert {name: each["select"] for name, each in got.tool["returns"].items()} == selected
    assert got.tool["request"].get("answer") == kind and "media" not in got.tool["request"]


def test_an_example_tells_what_a_schema_does_not(tmp_path: Path) -> None:
    content = {"application/json": {"example": {"islands": ["Crete"], "count": 2}}}
    got = one(tmp_path, responses={"200": {"content": content}})
    fields = got.tool["returns"]
    assert fields["islands"]["select"] == "islands[]" and fields["islands"]["type"] == "island"
    assert fields["count"]["select"] == "count"


NOTHING = {
    "no success": ({"404": {"description": "?"}}, "responses: it describes no success"),
    "no content": ({"204": {"description": "?"}}, "responses.204: it answers with no content that is described"),
    "a picture": (answer({}, "image/png"), "it answers with image/png, which is not read"),
    "a list": ([], "operation.responses: input should be a valid dictionary"),
    "no response": ({"200": 5}, "responses.200 is no table"),
}


@pytest.mark.parametrize("case", NOTHING)
def test_an_answer_that_is_not_read_ends_the_operation(case: str, tmp_path: Path) -> None:
    responses, words = NOTHING[case]
    document = description({"/x": {"get": {"responses": responses}}})
    got = imported(tmp_path, document)
    assert got.files == {} and words in got.gap()


def test_xml_is_asked_for_and_its_fields_left_to_a_person(tmp_path: Path) -> None:
    got = one(tmp_path, responses=answer(OBJECT, "application/xml"))
    assert got.tool["request"]["answer"] == "xml" and "returns" not in got.tool
    assert "an answer in XML is described by other names than it is read by" in got.gap()


def test_many_values_are_cut_to_the_shallowest(tmp_path: Path) -> None:
    deep = {"type": "object", "properties": {f"d{n}": {"type": "string"} for n in range(40)}}
    urls = {f"u{n}_url": {"type": "string"} for n in range(5)}
    plain = {f"p{n}": {"type": "string"} for n in range(20)}
    got = one(tmp_path, responses=answer({"type": "object", "properties": {**urls, "deep": deep, **plain}}))
    names = list(got.tool["returns"])
    assert len(names) == 25 and [name for name in names if name.startswith("p")] == list(plain)
    assert not [name for name in names if name.endswith("url")]
    assert "returns: 40 more values are left out" in got.gap()


def test_statuses_that_say_no_are_proposed(tmp_path: Path) -> None:
    got = one(
        tmp_path,
        responses=answer() | {code: {"description": "?"} for code in ("204", "400", "401", "404", "422", "500")},
    )
    assert got.tool["request"]["statuses"] == {
        "204": "not_found", "400": "invalid_value", "404": "not_found", "422": "invalid_value",
    }  # fmt: skip
    assert "request.statuses" in got.tool["review"]


def listed(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "array", "items": OBJECT}, **more}}


WHOLE = {"type": "integer"}
SIZED = {"type": "integer", "maximum": 50}
TEXT = {"type": "string"}
LINK = {"headers": {"Link": {"schema": TEXT}}}

PAGES: dict[str, tuple[list[Any], Any, dict[str, Any] | None]] = {
    "pages": (
        [parameter("page", schema=WHOLE), parameter("perPage", schema=SIZED)], answer(listed("items")),
        {"by": "page", "parameter": "page", "items": "items", "size": 50, "size_parameter": "perPage"},
    ),
    "pages from 0": (
        [parameter("page", schema={"type": "integer", "default": 0}), parameter("size", schema=SIZED)],
        answer(listed("content")),
        {"by": "page", "parameter": "page", "first": 0, "items": "content", "size": 50, "size_parameter": "size"},
    ),
    "offsets": (
        [parameter("offset", schema=WHOLE), parameter("limit", schema={"type": "integer", "default": 20})],
        answer({"type": "array", "items": OBJECT}),
        {"by": "offset", "parameter": "offset", "items": "@", "size": 20, "size_parameter": "limit"},
    ),
    "cursors": (
        [parameter("pageToken"), parameter("maxResults", schema=SIZED)], answer(listed("files", nextPageToken=TEXT)),
        {"by": "cursor", "parameter": "pageToken", "next": "nextPageToken", "items": "files", "size": 50,
         "size_parameter": "maxResults"},
    ),
    "cursors inside": (
        [parameter("continue")],
        answer(listed("items", metadata={"type": "object", "properties": {"continue": TEXT}})),
        {"by": "cursor", "parameter": "continue", "next": "metadata.continue", "items": "items"},
    ),
    "links": (
        [parameter("page", schema=WHOLE), parameter("per_page", schema=SIZED)],
        answer({"type": "array", "items": OBJECT}, **LINK),
        {"by": "link", "items": "@", "size": 50, "size_parameter": "per_page"},
    ),
    "a page without a size": ([parameter("page", schema=WHOLE)], answer(listed("items")), None),
    "a cursor that is not named": ([parameter("cursor")], answer(listed("items")), None),
    "no one list": (
        [parameter("page", schema=WHOLE), parameter("limit", schema=SIZED)],
        answer(listed("left", right={"type": "array", "items": OBJECT})), None,
    ),
    "no list": ([parameter("page", schema=WHOLE)], answer(), None),
    "a day that is no offset": ([parameter("from"), parameter("limit", schema=SIZED)], answer(listed("items")), None),
    "no position": ([parameter("limit", schema=SIZED)], answer(listed("items")), None),
}  # fmt: skip


@pytest.mark.parametrize("case", PAGES)
def test_pages_are_guessed_by_names(case: str, tmp_path: Path) -> None:
    parameters, responses, paging = PAGES[case]
    got = one(tmp_path, *parameters, responses=responses)
    assert got.tool["request"].get("paging") == paging
    assert ("request.paging" in got.tool["review"]) == (paging is not None)
    if paging is not None:
        assert "parameters" not in got.tool and "query" not in got.tool["request"]
        assert [each["select"] for each in got.tool["returns"].values()] == ["[].name"]
    else:
        assert len(got.tool["parameters"]) == len(parameters)
        # A list of one page is cut (law 5).
        assert not [each for each in got.tool["returns"].values() if each.get("many") and each.get("complete", True)]
        assert ("are not mapped" in got.gap()) == (case not in ("no position", "a day that is no offset"))


KEYS: dict[str, tuple[Any, dict[str, Any]]] = {
    "a header": (
        {"type": "apiKey", "in": "header", "name": "X-Key"}, {"place": "header", "name": "X-Key"},
    ),
    "the query": ({"type": "apiKey", "in": "query", "name": "key"}, {"place": "query", "name": "key"}),
    "a bearer": (
        {"type": "http", "scheme": "Bearer"}, {"place": "header", "name": "Authorization", "prefix": "Bearer "},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", KEYS)
def test_keys_become_auth(case: str, tmp_path: Path) -> None:
    scheme, auth = KEYS[case]
    components = {"securitySchemes": {"k": scheme}}
    paths = {"/x": {"get": operation(parameter("key"))}, "/open": {"get": operation(security=[])}}
    got = imported(tmp_path, description(paths, components=components, security=[{"k": []}]))
    assert got.provider["auth"] == {"variable": "SERVICE_API_KEY", "host": "api.example.org", **auth}
    assert "auth" in got.provider["review"]
    # What goes to the service as its key is no parameter.
    assert ("parameters" in got.files["get_x"]) == (auth["name"] != "key")


NOT_KEYS = {
    "oauth2": ({"type": "oauth2", "flows": {}}, "it wants k (oauth2), which is not mapped"),
    "basic": ({"type": "http", "scheme": "basic"}, "it wants k (http basic), which is not mapped"),
    "a cookie": ({"type": "apiKey", "in": "cookie", "name": "s"}, "it wants k (apiKey in cookie), which is not mapped"),
    "open id": ({"type": "openIdConnect"}, "it wants k (openIdConnect), which is not mapped"),
    "a framing header": ({"type": "apiKey", "in": "header", "name": "Host"}, "it wants k: no key goes into Host"),
    "two lines": ({"type": "apiKey", "in": "header", "name": "A\r\nB"}, "no key goes into"),
    "no scheme": (None, "it wants k, which the description does not explain"),
    "elsewhere": ({"$ref": "https://evil.test/k"}, "securitySchemes.k refers to another document"),
}


@pytest.mark.parametrize("case", NOT_KEYS)
def test_other_keys_are_told(case: str, tmp_path: Path) -> None:
    scheme, words = NOT_KEYS[case]
    components = {"securitySchemes": {} if scheme is None else {"k": scheme}}
    document = description({"/x": {"get": operation()}}, components=components, security=[{"k": []}])
    got = imported(tmp_path, document)
    assert got.files == {} and f"not written: {words}" in got.gap()


def test_a_key_that_is_not_needed_is_not_required(tmp_path: Path) -> None:
    schemes = {"k": {"type": "apiKey", "in": "header", "name": "X-Key"}, "o": {"type": "oauth2", "flows": {}}}
    document = description({"/x": {"get": operation()}}, components={"securitySchemes": schemes})
    got = imported(tmp_path, document | {"security": [{"k": []}, {}]})
    assert got.provider["auth"]["required"] is False
    got = imported(tmp_path / "oauth", document | {"security": [{"o": []}, {}]})
    assert "auth" not in got.provider and set(got.files) == {"provider", "get_x"}
    got = imported(tmp_path / "either", document | {"security": [{"o": []}, {"k": []}]})
    assert got.provider["auth"]["name"] == "X-Key" and "required" not in got.provider["auth"]
    got = imported(tmp_path / "both", document | {"security": [{"o": [], "k": []}]})
    assert got.files == {} and "it wants o and k together" in got.gap()


def test_a_provider_has_one_key(tmp_path: Path) -> None:
    schemes = {name: {"type": "apiKey", "in": "header", "name": f"X-{name}"} for name in ("a", "b")}
    paths = {f"/{name}{n}": {"get": operation(security=[{name: []}])} for name, n in (("a", 1), ("a", 2), ("b", 1))}
    got = imported(tmp_path, description(paths, components={"securitySchemes": schemes}))
    assert got.provider["auth"]["name"] == "X-a"
    assert "not written: a provider has one key, at one host" in got.gap("GET /b1") and len(got.files) == 3


def test_a_parameter_with_the_name_of_a_key_is_one(tmp_path: Path) -> None:
    got = one(tmp_path, parameter("api_key", required=False), parameter("q"))
    assert got.provider["auth"] == {
        "variable": "SERVICE_API_KEY", "host": "api.example.org", "place": "query", "name": "api_key",
        "required": False,
    }  # fmt: skip
    assert list(got.tool["parameters"]) == ["q"] and "taken for a key, by its name" in got.gap()


SERVERS: dict[str, tuple[Any, str | None, str]] = {
    "a port": ([{"url": "https://a.example.org:8443/v2/"}], "https://a.example.org:8443/v2/x", ""),
    "two": (
        [{"url": "https://a.example.org"}, {"url": "https://b.example.org"}], "https://a.example.org/x",
        "asked at the first of 2 servers",
    ),
    "variables": (
        [{"url": "https://{region}.example.org/{base}",
          "variables": {"region": {"default": "eu", "enum": ["eu", "us"]}, "base": {"default": "v1/open"}}}],
        "https://eu.example.org/v1/open/x", "its address holds eu for {region}",
    ),
    "none": ([], None, "not written: servers: '/' names no host; give --server"),
    "a path": ([{"url": "/v1"}], None, "not written: servers: '/v1' names no host; give --server"),
    "an unknown variable": ([{"url": "https://{a}.example.org"}], None, "names {a}, which is no variable of it"),
    "another host by a variable": (
        [{"url": "https://{a}.example.org", "variables": {"a": {"default": "evil.test/?"}}}], None,
        "'evil.test/?', the default of {a}, cannot stand in an address",
    ),
    "a user by a variable": (
        [{"url": "https://{a}.example.org", "variables": {"a": {"default": "u:p@evil.test"}}}], None, "cannot stand",
    ),
    "a template in a variable": (
        [{"url": "https://example.org/{a}", "variables": {"a": {"default": "{{7*7}}"}}}], None, "cannot stand",
    ),
    "a shell in a variable": (
        [{"url": "https://example.org/{a}", "variables": {"a": {"default": "$(id)"}}}], None, "cannot stand",
    ),
    "a template around a variable": (
        [{"url": "https://example.org/{{a}}", "variables": {"a": {"default": "b"}}}], None, "is no plain address",
    ),
    "climbing by a variable": (
        [{"url": "https://example.org/{a}", "variables": {"a": {"default": "../admin"}}}], None, "a climbing segment",
    ),
    "another scheme": ([{"url": "ftp://example.org"}], None, "is no address"),
    "a file": ([{"url": "file:///etc/passwd"}], None, "is no address"),
    "no name": ([{"url": "https://localhost/v1"}], None, "is no address"),
    "a query": ([{"url": "https://example.org/?a=b"}], None, "is no plain address"),
    "a user": ([{"url": "https://u:p@example.org"}], None, "is no plain address"),
    "a number": ([{"url": 5}], None, "servers.0.url: input should be a valid string"),
    "an odd default": (
        [{"url": "https://{a}.example.org", "variables": {"a": {"default": 5}}}], None,
        "servers.0.variables.a.default: input should be a valid string",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SERVERS)
def test_servers_become_hosts(case: str, tmp_path: Path) -> None:
    servers, url, words = SERVERS[case]
    got = imported(tmp_path, description({"/x": {"get": operation()}}) | {"servers": servers})
    told = "\n".join(sum(got.gaps.values(), ()))
    assert words in told
    if url is None:
        assert got.files == {}
    else:
        assert got.tool["request"]["url"] == url and "hosts" in got.provider["review"]


def test_a_server_may_be_given(tmp_path: Path) -> None:
    document = description({"/x": {"get": operation(servers=[{"url": "https://own.example.org"}])}})
    assert imported(tmp_path, document).tool["request"]["url"] == "https://own.example.org/x"
    got = imported(tmp_path / "given", document, server="http://other.example.org:8080/api/")
    assert got.tool["request"]["url"] == "http://other.example.org:8080/api/x"
    assert got.provider["hosts"] == [{"name": "other.example.org", "scheme": "http", "port": 8080, "rate": 1}]


def test_dates_of_moments_become_days(tmp_path: Path) -> None:
    specs = tmp_path / "specs"
    one(tmp_path)
    day = 'kind = "date"\ndescription = "A day"\nnoun = "day"\nplural = "days"\nschema = { type = "string" }\n'
    (specs / "types.toml").open("a", encoding="utf-8").write(f"\n[day]\n{day}")
    moment = {"type": "object", "properties": {"born": {"type": "string", "format": "date-time"}}}
    got = one(tmp_path, path="/y", responses=answer(moment))
    born = got.files["get_y"]["returns"]["born"]
    assert (born["type"], born["convert"]) == ("day", "date")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**Bold** and `code`, [a link](https://x.test/y) &amp; <b>more</b>", "Bold and code, a link & more"),
        ("# Head\n\n* one\n* two\n> said\n1. first", "Head one two said first"),
        ("```json\n{}\n```\n| a | b |\n|---|---|\n![pic](x.png)", "{}"),
        ("a <!-- hidden --> b\n[!NOTE]\nc", "a b c"),
        ("3 * 4 < 5 and a_b_c", "3 * 4 < 5 and a_b_c"),
    ],
)
def test_marks_are_taken_out_of_words(text: str, plain: str) -> None:
    assert cleaned(text) == plain


def test_a_summary_leads_its_description() -> None:
    assert joined("Get it.", "Gets one.") == "Get it. Gets one."
    assert joined("Get it", "Get it by its id.") == "Get it by its id."
    assert joined(None, "Gets one.") == "Gets one." and joined("Get it", None) == "Get it."
