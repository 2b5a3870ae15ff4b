"""Mapping files that don't hold are refused before any data is read, with the line and what is allowed."""

from __future__ import annotations

import pytest

from hmic_analysis.errors import ParameterError
from hmic_analysis.store.mapping_check import load_mapping

GOOD = """\
title: t
files:
  f: {pattern: data.csv}
tables:
  incident:
    file: f
    columns:
      incident_id: id
      created_at: when
      grade: {column: g, codes: {A: emergency}}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("title: t", "titel: t", 1, "unknown key 'titel'. Did you mean 'title'?"),
        ("title: t", "timezone: Europe/Londn", 1, "title is missing"),
        ("{pattern: data.csv}", "{patern: data.csv}", 3, "unknown key 'patern'. Did you mean 'pattern'?"),
        ("title: t", "title: t\ntimezone: Europe/Londn", 2, "is not a time zone. Did you mean 'Europe/London'?"),
        ("data.csv}", "data.csv, encoding: utf8x}", 3, "'utf8x' is not an encoding"),
        ("data.csv}", "data.csv, header: 0}", 3, "must be the number of the header row"),
        ("data.csv}", "data.csv, names: [a]}", 3, "'names' goes with 'header: none'"),
        ("  incident:", "  incidents:", 5, "there is no table 'incidents'. Did you mean 'incident'?"),
        ("file: f", "file: g", 6, "there is no file 'g' under 'files'"),
        ("created_at: when", "create_at: when", 9, "has no column 'create_at'. Did you mean 'created_at'?"),
        ("incident_id: id", "call_at: id", 7, "needs the column 'incident_id'"),
        ("      created_at: when\n", "", 7, "needs one of the columns created_at, created_month"),
        ("emergency", "emergncy", 10, "'emergncy' is not allowed for grade. Did you mean 'emergency'?"),
        ("codes: {A: emergency}", "otherwise: fast", 10, "'fast' is not allowed for grade"),
        ("when", "{column: when, format: '%d/%m %H:%M'}", 9, "has no %Y or %y"),
        ("when", "{column: when, format: isso}", 9, "'isso' is not a format. Did you mean 'iso'?"),
        ("when", "{column: when, formt: iso}", 9, "unknown key 'formt'. Did you mean 'format'?"),
        ("when", "{time: when}", 9, "'time' needs either 'date' or 'on'"),
        ("when", "{time: when, on: closed_at}", 9, "'closed_at' is not a time column that this table maps"),
        ("when", "{time: when, on: created_at}", 9, "goes round in a circle: created_at -> created_at"),
        ("when", "{column: when, value: x}", 9, "exactly one of column, position"),
        ("when", "{column: when, timezone: Mars}", 9, "'Mars' is not a time zone"),
        ("incident_id: id", "incident_id: {column: id, extract: '('}", 8, "'(' is not a regular expression"),
        ("incident_id: id", "incident_id: {column: id, unit: hours}", 8, "'unit' is for lengths of time"),
        ("incident_id: id", "incident_id: {column: id, wraps_midnight: true}", 8, "for times; incident_id is a text"),
        ("title: t", "title: t\nidentifiers: [ ID]", 9, "'ID' is listed under identifiers"),
        ("title: t", "title: t\ntitle: u", 2, "'title' is written twice"),
        ("title: t", "title: [t", 2, "not valid YAML"),
        ("title: t", "title: t\ncannot_tell: [{about: incidnt.grade, effect: caveat, because: x}]", 2, "'incidnt'"),
        ("title: t", "title: t\nnotes: [{from: May, to: 2013-01-01, state: red, note: ""}]", 2, "YYYY-MM-DD"),
        ("{pattern: data.csv}", "data.csv", 3, "files.f: must be keys with values"),
        ("{pattern: data.csv}", "{pattern: data.csv, header: two}", 3, "must be the number of the header row"),
        ("{pattern: data.csv}", "{pattern: data.csv, optional: maybe}", 3, "must be true or false (found 'maybe')"),
        ("title: t", "title:", 1, "title: must be one word or text"),
        ("title: t", "title: t\nlayout: standrd", 2, "must be 'mapped' or 'standard' (found 'standrd')"),
        ("file: f\n", "file: f\n    where: {colum: A, equals: B}\n", 7, "unknown key 'colum'. Did you mean 'column'?"),
        ("file: f\n", "file: f\n    where: {column: A, equals: ''}\n", 7, "write 'blank: true'"),
        ("file: f\n", "file: f\n    where: {column: A, not_matches: '('}\n", 7, "is not a regular expression"),
        ("when", "{column: when, wraps_midnight: true}", 9, "'wraps_midnight' does nothing without 'on'"),
        ("when", "{column: when, true_words: a}", 9, "'true_words' does nothing for a timestamp"),
        ("when", "{column: when, decimal: ','}", 9, "'decimal' does nothing for a timestamp"),
        ("when", "{column: when, time_format: hhmm}", 9, "'time_format' does nothing without 'time'"),
        ("when", "{date: d, time: t, time_format: hmm}", 9, "not a format of a time of day. Did you mean 'hhmm'?"),
        ("incident_id: id", "incident_id: {column: id, replace: {find: 'a(b)', by: '\\2', regex: true}}", 8, "requests 2"),
        ("when", "{date: when}", 9, "'date' needs 'time' beside it"),
        ("when", "{column: when, split: {on: x, part: 0}}", 9, "must be 1 for the first part"),
        ("when", "{first_of: [{column: a, format: iso}, b]}", 9, "'format' has no meaning inside 'first_of'"),
        ("when", "{time: when, on: [{dat: d, time: t}]}", 9, "unknown key 'dat'. Did you mean 'date'?"),
        ("when", "{time: when, on: [{time: t, on: created_at}]}", 9, "a time inside 'on' needs its own day"),
        ("when", "{time: when, on: {column: d, format: '%d/%m'}}", 9, "has no %Y or %y"),
        ("when", "{column: when, format: '%d/%m/%Y %Q'}", 9, "is not a format (%Q)"),
        ("codes: {A: emergency}", "otherwise: blank", 10, "'otherwise' does nothing without 'codes'"),
        ("{column: g, codes: {A: emergency}}", "{first_of: [{column: g, codes: {A: emergncy}}]}", 10, "'emergncy' is not"),
        ("{column: g, codes: {A: emergency}}", "{value: urgent}", 10, "'urgent' is not allowed for grade"),
        ("incident_id: id", "incident_id: {date: id, time: x}", 8, "are for times; incident_id is a text"),
        ("incident_id: id", "incident_id: {column: id, timezone: UTC}", 8, "'timezone' does nothing for a text"),
    ],
)  # fmt: skip
def test_fault_names_its_line(shop, old, new, line, said):
    assert old in GOOD
    shop.mapping(GOOD.replace(old, new, 1))
    with pytest.raises(ParameterError) as caught:
        load_mapping(shop.project, "src")
    assert f"line {line}" in caught.value.message
    assert said in caught.value.message
    assert "params/sources/src.yml" in caught.value.message


def test_all_faults_are_told_at_once(shop):
    shop.mapping(GOOD.replace("emergency", "x").replace("file: f", "file: g"))
    with pytest.raises(ParameterError) as caught:
        load_mapping(shop.project, "src")
    assert caught.value.message.count("\n  line ") == 2


def test_unknown_source_lists_those_there_are(shop):
    shop.ship()
    with pytest.raises(
        ParameterError, match=r"no source 'alexandria'. Did you mean 'alexandria-cad'\?.*police-uk-street"
    ):
        load_mapping(shop.project, "alexandria")


def test_shipped_mappings_hold(shop):
    shop.ship()
    names = sorted(p.stem for p in (shop.project.params / "sources").glob("*.yml"))
    assert {"standard", "police-uk-street", "alexandria-cad", "seattle-call-data", "lfb"} <= set(names)
    for name in names:
        assert load_mapping(shop.project, name).mapping.title
