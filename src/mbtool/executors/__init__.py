"""Where jobs run. Each module has one executor; all give the same results."""

from mbtool.executors.local import LocalExecutor
from mbtool.executors.serial import SerialExecutor

__all__ = ["LocalExecutor", "SerialExecutor"]
