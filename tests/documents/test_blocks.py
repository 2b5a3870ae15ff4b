"""A character that Word and PDF refuse never stops a letter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hmic_analysis.documents.blocks import Heading, Paragraph, Part


@given(text=st.text(st.characters(codec=None), max_size=20))
def test_whatever_is_said_can_be_written_as_xml(text):
    block = Paragraph(parts=(Part(text=text), Part(text="end")))
    element = etree.Element("p")
    element.text = Heading(text=text).text
    element.tail = "".join(part.text for part in block.parts)
    assert element.tail == element.text + "end"
