"""Every picture, everyday and nasty: nothing clipped, nothing over anything, readable in grey and by everyone."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart
from hmic_analysis.figures.sheet import SYNTHETIC_MARK
from tests.figures.cases import CASES

NAMES = sorted(CASES)


@cache
def chart(name: str) -> Chart:
    return CASES[name]()


def texts(made: Chart) -> list[Text]:
    """Texts that print something, tick labels among them."""
    return [t for t in made.figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


def boxes(made: Chart) -> list[tuple[str, object]]:
    made.figure.canvas.draw()
    renderer = made.figure.canvas.get_renderer()
    return [(t.get_text(), t.get_window_extent(renderer)) for t in texts(made)]


def luminance(colour) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", NAMES)
def test_every_text_lies_within_the_picture(name):
    made = chart(name)
    width, height = made.figure.canvas.get_width_height()
    outside = [
        text
        for text, box in boxes(made)
        if box.x0 < -0.5 or box.y0 < -0.5 or box.x1 > width + 0.5 or box.y1 > height + 0.5
    ]
    assert outside == []


@pytest.mark.parametrize("name", NAMES)
def test_no_text_lies_over_another(name):
    over = []
    for (one, a), (other, b) in combinations(boxes(chart(name)), 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        down = min(a.y1, b.y1) - max(a.y0, b.y0)
        if across > 0.5 and down > 0.5:
            over.append((one, other))
    assert over == []


@pytest.mark.parametrize("name", NAMES)
def test_all_text_is_horizontal_and_large_enough(name):
    assert {t.get_rotation() for t in texts(chart(name))} == {0.0}
    assert min(t.get_fontsize() for t in texts(chart(name))) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_text_stands_out_from_what_is_behind_it(name):
    made = chart(name)
    pixels = np.asarray(Image.open(BytesIO(made.png)).convert("RGB"))
    renderer = made.figure.canvas.get_renderer()
    for text in texts(made):
        box = text.get_window_extent(renderer)
        part = pixels[
            max(0, int(pixels.shape[0] - box.y1)) : int(pixels.shape[0] - box.y0) + 1,
            max(0, int(box.x0)) : int(box.x1) + 1,
        ].reshape(-1, 3)
        ink = np.array(to_rgb(text.get_color()))
        far = part[np.abs(part / 255 - ink).sum(axis=1) > 0.3]
        shades, counts = np.unique(far, axis=0, return_counts=True)
        behind = shades[counts.argmax()] / 255
        assert contrast(ink, behind) >= 4.5, (text.get_text(), behind)


@pytest.mark.parametrize("name", NAMES)
def test_pictures_fit_on_a_page_at_letter_width(name):
    width, height = chart(name).figure.get_size_inches() * style.MM_PER_INCH
    assert width == pytest.approx(160)
    assert height <= 225
    picture = Image.open(BytesIO(chart(name).png))
    assert picture.size[0] == int(160 / 25.4 * 200)
    assert picture.info["dpi"][0] == pytest.approx(200, abs=0.1)


@pytest.mark.parametrize("name", NAMES)
def test_synthetic_data_say_so_and_only_they(name):
    made = chart(name)
    marks = [t for t in texts(made) if t.get_text() == SYNTHETIC_MARK]
    assert len(marks) == int(made.synthetic)
    for words in (made.subtitle, made.alt, made.csv.decode("utf-8") if len(made.data) else "ynthetic" * made.synthetic):
        assert ("ynthetic data" in words or words == "ynthetic") == made.synthetic


def test_the_mark_covers_no_data():
    made = chart("shares-everyday")
    mark = next(box for text, box in boxes(made) if text == SYNTHETIC_MARK)
    assert mark.y0 > max(axes.get_window_extent().y1 for axes in made.figure.axes)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_drawn_that_hides_or_distorts(name):
    figure = chart(name).figure
    assert figure.get_suptitle() == ""
    for axes in figure.axes:
        assert axes.get_title() == "" and axes.get_legend() is None and axes.name == "rectilinear"
        assert not axes.get_shared_x_axes().get_siblings(axes)[1:]


def test_two_colours_of_a_pair_differ_in_grey():
    one, other = (luminance(to_rgb(c)) for c in style.PAIR)
    assert abs(one - other) > 0.2
    assert len({str(p) for p in style.PATTERNS}) == len(style.COLOURS) == 4
