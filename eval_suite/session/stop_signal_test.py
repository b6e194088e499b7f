import os
import signal
import threading

import pytest

from eval_suite.session.stop_signal import ended_like_ctrl_c


def test_a_process_that_is_told_to_end_is_interrupted():
    @ended_like_ctrl_c()
    def told():
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(60)

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        told()
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_handler_of_somebody_else_stays():
    def own(number, frame):
        pass

    before = signal.signal(signal.SIGTERM, own)
    try:
        with ended_like_ctrl_c():
            assert signal.getsignal(signal.SIGTERM) is own
        assert signal.getsignal(signal.SIGTERM) is own
    finally:
        signal.signal(signal.SIGTERM, before)
