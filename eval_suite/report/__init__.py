"""From the rows of a run to its results.json, tables, page and figures."""
