"""What other tools and the study report of the same run, beside our figures."""
