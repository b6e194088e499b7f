import subprocess

from eval_suite.session.environment import environment


def git(folder, *arguments):
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True)


def test_the_commit_of_a_checkout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "Begin")
    clean = environment()
    assert len(clean["commit"]) == 12
    assert clean["dirty"] is False
    (tmp_path / "file").write_text("")
    assert environment() == {**clean, "dirty": True}


def test_no_commit_outside_of_a_checkout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # Git looks for a checkout in the folders above as well.
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    found = environment()
    assert found["commit"] is None
    assert found["dirty"] is None
