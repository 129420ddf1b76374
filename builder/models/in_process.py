"""vLLM inside this process: no server, no HTTP; one model on this machine's devices. Needs the extra `vllm`.

Prompts are made by the model's own chat template, which must take `tools` for the roles that call them. Calls are read
in the form of Hermes, `<tool_call>{"name": ..., "arguments": {...}}</tool_call>`, which most open models are trained
on; models of another form are served by `vllm serve` with their parser. Schemas are held to by xgrammar, without
whitespace between tokens: small models else write it for ever (measured with vLLM 0.32).
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from builder.errors import EndpointError, ModelError
from builder.identity import digest
from builder.records.base import Json
from builder.records.chat import ChatChoice, ChatReply, ChatRequest, ToolUse, Usage

_CALL = re.compile(r"<tool_call>\s*(.*?)\s*(?:</tool_call>|$)", re.DOTALL)
_THOUGHT = "</think>"


class VllmModel:
    """An engine that starts with its first request, in the event loop of that request."""

    def __init__(
        self, name: str, *, in_flight: int = 64, deadline: float = 600.0, options: Mapping[str, Json] | None = None
    ) -> None:
        """`name` is a folder or a model id; `options` are arguments of `vllm.AsyncEngineArgs`."""
        self.name = name
        self._deadline = deadline
        self._options = dict(options or {})
        self._free = asyncio.Semaphore(in_flight)
        self._starting = asyncio.Lock()
        self._engine: Any = None
        self._tokenizer: Any = None
        self._number = 0

    async def chat(self, request: ChatRequest, on_lost: Callable[[], None] | None = None) -> ChatReply:
        """The reply. Raises ModelError for this request, EndpointError when the engine cannot run at all."""
        async with self._starting:
            if self._engine is None:
                await self._start()
        async with self._free:
            try:
                async with asyncio.timeout(self._deadline):
                    return await self._generate(request)
            except TimeoutError:
                if on_lost is not None:
                    on_lost()
                raise ModelError("timeout", f"no reply within {self._deadline:g} s") from None

    async def close(self) -> None:
        """End the engine and free its memory."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.shutdown()

    async def _start(self) -> None:
        try:
            from vllm import AsyncEngineArgs
            from vllm.v1.engine.async_llm import AsyncLLM
        except ImportError as error:
            raise EndpointError(
                f"model.engine is vllm, and it cannot be imported ({error}): pip install 'dive-builder[vllm]', or "
                "serve the model elsewhere and name its endpoint."
            ) from None
        shapes = {"backend": "xgrammar", "disable_any_whitespace": True}
        options = {"model": self.name, "structured_outputs_config": shapes, **self._options}
        try:
            self._engine = AsyncLLM.from_engine_args(AsyncEngineArgs(**options))
            self._tokenizer = self._engine.get_tokenizer()
            if asyncio.iscoroutine(self._tokenizer):
                self._tokenizer = await self._tokenizer
        except (OSError, ValueError, RuntimeError, TypeError) as error:
            raise EndpointError(
                f"vLLM does not start {self.name} ({type(error).__name__}: {_told(error)}): "
                "correct model.name or model.vllm."
            ) from None

    async def _generate(self, request: ChatRequest) -> ChatReply:
        from vllm import SamplingParams
        from vllm.exceptions import VLLMValidationError
        from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

        sampling, shape = request.sampling, _shape(request)
        params = SamplingParams(
            n=sampling.n,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            max_tokens=sampling.max_tokens,
            seed=sampling.seed,
            logprobs=sampling.logprobs,
            structured_outputs=StructuredOutputsParams(json=shape) if shape is not None else None,
            output_kind=RequestOutputKind.FINAL_ONLY,
        )
        self._number += 1
        identity = f"{digest(request.id)[:12]}-{self._number}"
        last: Any = None
        try:
            async for output in self._engine.generate({"prompt": self._prompt(request)}, params, identity):
                last = output
        except (ValueError, VLLMValidationError) as error:
            told = _told(error)
            kind = "context_too_long" if "length" in told or "context" in told else "bad_request"
            raise ModelError(kind, told) from None
        if last is None:
            raise ModelError("bad_reply", "the engine gave nothing")
        return _reply(request, last)

    def _prompt(self, request: ChatRequest) -> str:
        messages = [
            {name: value for name, value in message.items() if name != "reasoning_content"}
            for message in request.messages
        ]
        tools = list(request.tools) or None
        try:
            made = self._tokenizer.apply_chat_template(
                messages, tools=tools, add_generation_prompt=True, tokenize=False
            )
        except Exception as error:  # a template is a program of the model's makers
            raise ModelError("bad_request", f"the chat template fails: {error!r}"[:300]) from None
        return str(made)


def _told(error: Exception) -> str:
    """Its words on one line, at most 300 characters."""
    return " ".join(str(error).split())[:300]


def _shape(request: ChatRequest) -> dict[str, Json] | None:
    """The JSON schema that the whole reply must have; of required tool calls a list of them."""
    if request.reply_schema is not None:
        return request.reply_schema.body
    if not request.tools or request.tool_choice != "required":
        return None
    calls = []
    for tool in request.tools:
        function = tool["function"]
        parameters = {**function["parameters"], "additionalProperties": False}
        calls.append(
            {
                "type": "object",
                "properties": {"name": {"const": function["name"]}, "arguments": parameters},
                "required": ["name", "arguments"],
                "additionalProperties": False,
            }
        )
    return {"type": "array", "minItems": 1, "maxItems": 16, "items": {"anyOf": calls}}


def _reply(request: ChatRequest, output: Any) -> ChatReply:
    ordered = sorted(output.outputs, key=lambda each: each.index)
    made = sum(len(each.token_ids) for each in ordered)
    return ChatReply(
        choices=tuple(_choice(request, each) for each in ordered),
        usage=Usage(prompt_tokens=len(output.prompt_token_ids or ()), completion_tokens=made),
    )


def _choice(request: ChatRequest, output: Any) -> ChatChoice:
    thought, closed, text = output.text.rpartition(_THOUGHT)
    calls: tuple[ToolUse, ...] = ()
    if request.tools and request.tool_choice == "required":
        calls, text = _listed(text), ""
    elif request.tools and request.tool_choice == "auto":
        calls = tuple(_use(found, number) for number, found in enumerate(_CALL.findall(text)))
        text = _CALL.sub("", text)
    finish = "length" if output.finish_reason == "length" else "tool_calls" if calls else "stop"
    return ChatChoice(
        content=text.strip(),
        reasoning=thought.replace("<think>", "").strip() if closed else "",
        tool_calls=calls,
        finish=finish,  # type: ignore[arg-type]
        logprobs=_logprobs(output),
    )


def _use(text: str, number: int) -> ToolUse:
    """A call as the model wrote it. What is no JSON keeps its text, so that whoever reads it refuses it."""
    try:
        body = json.loads(text)
        return ToolUse(id=f"call{number}", name=str(body["name"]), arguments=json.dumps(body["arguments"]))
    except (ValueError, KeyError, TypeError):
        return ToolUse(id=f"call{number}", name="", arguments=text)


def _listed(text: str) -> tuple[ToolUse, ...]:
    try:
        bodies = json.loads(text)
    except ValueError:
        return ()
    return tuple(_use(json.dumps(body), number) for number, body in enumerate(bodies))


def _logprobs(output: Any) -> tuple[dict[str, Json], ...]:
    """Per position the tokens told, in OpenAI's form."""
    found = []
    for token, told in zip(output.token_ids, output.logprobs or (), strict=False):
        top = [{"token": each.decoded_token or "", "logprob": each.logprob} for each in told.values()]
        own = told[token]
        found.append({"token": own.decoded_token or "", "logprob": own.logprob, "top_logprobs": top})
    return tuple(found)
