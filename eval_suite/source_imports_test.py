import ast
from pathlib import Path

import pytest

import keras_entropy
from eval_suite.source_imports import SourceImports

FILES = {
    "__init__.py": "from shop.goods import Apple as Apple\nfrom shop.till import pay",
    "goods/__init__.py": "from shop.goods.fruit import Apple as Apple\nVAT = 7",
    "goods/fruit.py": "import math\nimport shop.goods.prices",
    "goods/pear.py": "",
    "goods/prices.py": "def of():\n from shop import goods\n from shop.till import pay",
    "till.py": "from shop import Apple\nfrom collections import abc",
    "door.py": "from shop.goods import VAT",
    "sign.py": "from shop.goods import pear",
    "till_test.py": "from shop import door",
}


@pytest.fixture
def shop(tmp_path):
    for name, source in FILES.items():
        path = tmp_path / "shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return tmp_path / "shop"


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("goods.pear", ["goods/pear.py"]),
        # Through both packages that hand `Apple` on, to what defines it, and back to
        # the till; `goods` itself is imported within a function.
        (
            "till",
            ["goods/__init__.py", "goods/fruit.py", "goods/prices.py", "till.py"],
        ),
        (
            "door",
            [
                *("door.py", "goods/__init__.py", "goods/fruit.py"),
                *("goods/prices.py", "till.py"),
            ],
        ),
        ("sign", ["goods/pear.py", "sign.py"]),
    ],
)
def test_a_module_needs_what_it_imports_and_what_that_imports(shop, module, expected):
    found = SourceImports(shop).needed_by([f"shop.{module}"])
    assert [path.relative_to(shop).as_posix() for path in found] == expected


def test_modules_are_those_of_the_package_without_tests(shop):
    assert SourceImports(shop).modules == [
        *("shop", "shop.door", "shop.goods", "shop.goods.fruit", "shop.goods.pear"),
        *("shop.goods.prices", "shop.sign", "shop.till"),
    ]


def test_an_unknown_module_is_no_module_without_imports(shop):
    with pytest.raises(KeyError):
        SourceImports(shop).needed_by(["shop.cellar"])


def test_the_package_has_no_relative_imports():
    package = Path(keras_entropy.__file__).parent
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.ImportFrom) and node.level), path
