from types import SimpleNamespace

import pytest

from eval_suite.session.cache_folder import kept_in


def config(mkdir):
    return SimpleNamespace(cache=SimpleNamespace(mkdir=mkdir), stash=pytest.Stash())


def test_what_can_be_written_into_is_taken(tmp_path):
    assert kept_in(config(lambda name: tmp_path)) == tmp_path
    assert kept_in(SimpleNamespace()) is None


def test_what_can_not_be_written_into_is_said_once(tmp_path, recwarn):
    def refuse(name):
        raise PermissionError(13, "Read-only file system")

    read_only = config(refuse)
    assert kept_in(read_only) is None
    assert kept_in(read_only) is None
    (said,) = recwarn
    assert "Read-only file system" in str(said.message)
    assert "cache_dir=FOLDER" in str(said.message)
