"""Statistics: intervals and tests, each by a kept library where there is one."""
