"""Pages of the desk that belong to no other part: what waits today, the register, looking again."""
