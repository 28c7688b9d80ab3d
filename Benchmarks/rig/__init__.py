"""The driver of the benchmarks: what a module of `lines/` needs."""

from .model import Bar, Contestant, Line
from .tools import command, sql

__all__ = ["Bar", "Contestant", "Line", "command", "sql"]
