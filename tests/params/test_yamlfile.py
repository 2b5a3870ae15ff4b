"""Lines of YAML files: every key is found on the line that holds it, however deep it stands."""

from __future__ import annotations

import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from hmic_analysis.params.yamlfile import read_value, read_yaml

WORDS = st.text("abcdefghij", min_size=1, max_size=6)
LEAVES = st.one_of(st.integers(-999, 999), WORDS, st.booleans(), st.lists(st.integers(0, 9), max_size=3))
TREES = st.dictionaries(
    WORDS,
    st.recursive(LEAVES, lambda inner: st.dictionaries(WORDS, inner, min_size=1, max_size=3), max_leaves=8),
    min_size=1,
    max_size=4,
)


def leaves(node, path=()):
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*path, key)
            yield from leaves(value, (*path, key))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES)
def test_content_is_kept_and_every_key_is_on_its_line(tmp_path, tree):
    out = io.StringIO()
    YAML().dump(tree, out)
    path = tmp_path / "x.yml"
    path.write_text("# first line\n\n" + out.getvalue(), encoding="utf-8")
    found = read_yaml(path, "params/x.yml")
    assert found.data == tree
    shown = path.read_text(encoding="utf-8").splitlines()
    for keys in leaves(tree):
        line = shown[found.line(keys) - 1]
        # An indent of two blanks a level tells the key from one of the same name elsewhere.
        assert line.startswith("  " * (len(keys) - 1) + f"{keys[-1]}:"), (keys, line)


def test_a_key_that_is_missing_is_placed_at_the_key_around_it(tmp_path):
    path = tmp_path / "x.yml"
    path.write_text("a: 1\nb:\n  c: 2\n  d: [x, {e: 3}]\n", encoding="utf-8")
    found = read_yaml(path, "params/x.yml")
    assert found.line(("b", "missing")) == 2
    assert found.line(("b", "d", 1, "e")) == 4
    assert found.line(("nowhere",)) == 1
    assert found.origin(("b", "c")) == "params/x.yml:3"


def test_types_are_plain_and_days_with_a_time_stay_text(tmp_path):
    path = tmp_path / "x.yml"
    path.write_text("a: no\nb: 2014-09-04 00:01:00\nc: 1.50\nd: |\n  text\n", encoding="utf-8")
    data = read_yaml(path).data
    assert data == {"a": "no", "b": "2014-09-04 00:01:00", "c": 1.5, "d": "text\n"}
    assert {type(v) for v in data.values()} == {str, float}


def test_values_of_the_command_line():
    assert read_value("90") == 90
    assert read_value("[officer, special]") == ["officer", "special"]
    assert read_value("true") is True
    assert read_value("no") == "no"
    assert read_value("a: b: c") == "a: b: c"
    assert read_value("") is None
