"""Lines of YAML files: every key is found on the line that holds it, however deep it stands."""

from __future__ import annotations

import io
import re

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from hmic_analysis.errors import ParameterError
from hmic_analysis.params import plainly, yamlfile
from hmic_analysis.params.yamlfile import read_value, read_yaml
from tests.conftest import ROOT

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


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


# --------------------------------------------------------------------------------------------------------------------
# Two parsers: what the quick one takes it reads as the careful one does, to the type and the line.

SHIPPED = sorted((ROOT / "params").rglob("*.yml"))
#: What the versions of YAML, and readers of it, take in different ways; and what ordinary files are made of.
PIECES = st.sampled_from(
    "a: |b:|k: |- |- - | |  |\n|\n|\n  |\n    |[|]|{|}|,|:|: |?|? |#| # c|'|\"|''|>|>-|>+|-|2|no|on|yes|True|true|null|~|012|"
    "0o12|0x1F|1e5|1_000|12|-3|+3|1.5|.5|-.inf|.nan|2013-01-02|2013-1-2|2013-13-40|2014-09-04 00:01:00|2014-09-04T00:01|"
    "12:30:45|&x |*x|<<: *x|!!str |!x |! |\\n|\\x41|\\/|=|0-1|90th centile|1 or|-0|0.0|00|1.|é|😀|\t|\r\n|\r|%|@|...|\n---\n|"
    "\n...\n|\x85|word|a b|x:y|http://x|a#b|a:|\n\n|null a|-\n|\x7f".split("|")
) | st.sampled_from(["|", "|-", "|+"])
TEXTS = st.builds(
    lambda first, rest: first + "".join(rest), st.sampled_from(["", "k: ", "k:\n  "]), st.lists(PIECES, max_size=10)
)


def typed(node):
    if isinstance(node, dict):
        return [(key, typed(value)) for key, value in node.items()]
    return [typed(item) for item in node] if isinstance(node, list) else (type(node), repr(node))


def read_by(reader, *given):
    lines = {}
    return typed(reader(given[0], lines, *given[1:])), lines


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def parser(request, monkeypatch):
    """The parser in C, and the one that takes its place where it was not built."""
    own = {name: vars(plainly._Parser)[name] for name in ("resolve", "descend_resolver", "ascend_resolver")}
    monkeypatch.setattr(plainly, "_Parser", type("_Parser", (getattr(yaml, request.param),), own))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_are_read_by_the_quick_parser_and_alike(path):
    text = path.read_text(encoding="utf-8")
    assert read_by(plainly.read_plainly, text) == read_by(yamlfile._read_carefully, text, "x")
    windows = text.replace("\n", "\r\n")
    assert read_by(plainly.read_plainly, windows) == read_by(yamlfile._read_carefully, text, "x")


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, shipped=st.sampled_from(SHIPPED), at=st.integers(0, 400), odd=PIECES)
def test_what_the_quick_parser_takes_the_careful_one_reads_alike(parser, text, shipped, at, odd):
    cut = shipped.read_text(encoding="utf-8")[at : at + 200]
    for given_text in (text, cut[: at % 90] + odd + cut[at % 90 :]):
        try:
            found = read_by(plainly.read_plainly, given_text)
        except (plainly.Doubtful, RecursionError):
            continue  # A node that holds itself has no end either way.
        try:
            careful = read_by(yamlfile._read_carefully, given_text, "x")
        except NotImplementedError:
            continue  # Notes at odd places, which the careful parser wants to keep and can't.
        assert found == careful, given_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(word, word) for word in ("no", "on", "off", "yes", "y", "No", "12:30:45", "0-1", "90th centile", "22 or more")],
        ("012", 12), ("0o12", 10), ("0x1F", 31), ("1_000", 1000), ("1e3", 1000.0), ("+3", 3), ("-3", -3), ("1.50", 1.5),
        ("2014-09-04 00:01:00", "2014-09-04 00:01:00"), ("'2014-09-04'", "2014-09-04"), ('"12"', "12"), ("True", True),
    ],
)  # fmt: skip
def test_words_that_other_readers_of_yaml_take_for_something_else(tmp_path, text, value):
    path = tmp_path / "x.yml"
    path.write_text(f"a: {text}\n", encoding="utf-8")
    assert typed(read_yaml(path).data["a"]) == typed(value)


def test_a_key_given_twice_is_named_with_its_line(tmp_path):
    path = tmp_path / "x.yml"
    path.write_text("a: 1\nb:\n  c: 2\n  c: 3\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=re.escape("x.yml, line 4: the key 'c' is given twice.")):
        read_yaml(path)
