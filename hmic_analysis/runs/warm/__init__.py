"""The warm engine: each notebook runs in its own forked copy of a process that has imported everything already.

Processes, each a fork of the one before::

    hmic run ── parent: imports the stack once, starts no thread, computes nothing
                  └── worker, one a processor: papermill's own bookkeeping
                        └── copy, one a notebook: runs the cells and reports them through a pipe

A copy starts in milliseconds where a kernel takes a second or two, and nothing that a notebook does can reach the next
one, since its process ends with it.  What papermill would write, papermill writes here too: the engine only replaces
the kernel and the sockets to it.
"""
