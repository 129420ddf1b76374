"""Check specs by running them: every example, and what it must give."""

from __future__ import annotations

from builder.errors import SpecProblem, ToolError
from builder.records.tools import Call, ToolSpec
from builder.tools.executor import Executor

_REMEDIES = {
    "unavailable": "try again where and when the service can be reached",
    "timeout": "try again where and when the service can be reached",
    "rate_limited": "lower the rate of the host, and try again later",
    "denied": "correct the request, or the key that the service wants",
    "refused": "declare the host, or correct the address",
    "bad_answer": "correct how the answer is read, or declare its content type",
    "too_large": "ask for less, or raise limits.max_bytes",
    "not_recorded": "run: dive-builder tools check --live",
}
"""What to do about a live tool whose working example failed, by the kind of error."""


def run_examples(executor: Executor, spec: ToolSpec) -> list[SpecProblem]:
    """Execute a tool's examples; what does not come out as declared is a problem."""
    problems = []
    file = spec.id.replace(".", "/") + ".toml"
    for number, example in enumerate(spec.examples):
        key = f"examples.{number}"
        try:
            result = executor.execute(Call(spec.id, example.arguments))
        except ToolError as error:
            problems.append(SpecProblem(file, key, error.message, "mend the adapter or the declared returns"))
            continue
        if result.ok and example.error is not None:
            problems.append(SpecProblem(file, key, f"worked; an error {example.error} was declared", "drop `error`"))
        elif not result.ok:
            assert result.error is not None
            if example.error is None:
                known = _REMEDIES if spec.is_live else {}
                remedy = known.get(str(result.error["kind"]), "correct the arguments")
                problems.append(SpecProblem(file, key, str(result.error["message"]), remedy))
            elif result.error["kind"] != example.error:
                found = f"gave {result.error['kind']} ({result.error['message']}), not {example.error}"
                problems.append(SpecProblem(file, key, found, "declare the kind that is given"))
    return problems
