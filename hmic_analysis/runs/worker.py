"""The loop of a process that executes reports one after another: an order comes in as a line, a record goes out.

``python -m hmic_analysis.runs.worker`` is the worker for plain kernels; warm workers are forked by their parent.  When
whoever gives the orders goes away, the worker ends at once, in the middle of a notebook too.
"""

from __future__ import annotations

import logging
import os
import queue
import socket
import sys
import threading
from typing import TextIO

from hmic_analysis.runs.execute import engine_failure, execute
from hmic_analysis.runs.record import Order, Record, failed_record


def serve_socket(line: socket.socket) -> None:
    """Serve one lane through a socket until it closes."""
    _quiet()
    with line, line.makefile("r", encoding="utf-8") as orders, line.makefile("w", encoding="utf-8") as records:
        for text in orders:
            _answer(text, records)


def main() -> int:
    """Serve one lane through standard input and output."""
    _quiet()
    records = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What libraries print must not get between the records.
    os.dup2(2, 1)
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(waiting,), daemon=True).start()
    while True:
        _answer(waiting.get(), records)


def _read(waiting: queue.SimpleQueue[str]) -> None:
    """Pass orders on; at the end of the input end the process, whose kernels notice and end too."""
    for text in sys.stdin:
        waiting.put(text)
    os._exit(0)


def _answer(text: str, records: TextIO) -> None:
    order = Order.model_validate_json(text)
    records.write(_done(order).model_dump_json() + "\n")
    records.flush()


def _done(order: Order) -> Record:
    try:
        return execute(order)
    except Exception as fault:  # noqa: BLE001 - a full disk or a lost share costs this report, not the lane
        return failed_record(order, engine_failure(fault))


def _quiet() -> None:
    """papermill's log would tell each notebook's every cell."""
    logging.getLogger("papermill").setLevel(logging.ERROR)


if __name__ == "__main__":
    sys.exit(main())
