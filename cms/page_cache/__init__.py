"""Public pages from memory: kept in each process, given out while nothing that readers see has changed."""
