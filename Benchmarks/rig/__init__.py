"""The driver of the benchmarks: what a module of `lines/` needs."""

from .model import Bar, Contestant, Line
from .tools import Failed, command, sql

__all__ = ["Bar", "Contestant", "Failed", "Line", "command", "sql"]
