"""Sets the process up for this project's tests and loads the plugin."""

from eval_suite.plugin import set_up_process

set_up_process()

pytest_plugins = ["eval_suite.plugin"]
