"""A release of dive-builder as a verifiers taskset."""

from dive_tools.taskset import DiveToolsTaskset

__all__ = ["DiveToolsTaskset"]
