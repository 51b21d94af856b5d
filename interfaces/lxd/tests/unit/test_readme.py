"""The README's charm, and its tests."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys

from charmlibs.interfaces.lxd import LxdRequirer, LxdRequirerEvents

README = pathlib.Path(__file__).parents[2] / "README.md"


def test_the_charm_of_the_readme_passes_the_tests_of_the_readme(tmp_path: pathlib.Path) -> None:
    charm, *tests = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    (tmp_path / "charm.py").write_text(charm)
    (tmp_path / "test_charm.py").write_text("".join(tests))
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_charm.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "8 passed" in ended.stdout


def test_the_readme_lists_each_option_property_and_event() -> None:
    text = README.read_text()
    properties = [name for name, value in vars(LxdRequirer).items() if isinstance(value, property)]
    events = [name for name in vars(LxdRequirerEvents) if not name.startswith("_")]
    public = [name for name in properties if not name.startswith("_")]
    assert len(public) >= 7
    for name in [*public, *events]:
        assert f"`{name}`" in text, name
