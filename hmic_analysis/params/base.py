"""The ground of all parameter models: frozen, strict, and refusing keys they don't know."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model


class Model(BaseModel):
    """Frozen, and refusing what it doesn't know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _day(value: Any) -> Any:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value.strip())
        except ValueError:
            pass
    problem = "a day is missing" if value is None else f"{str(value)[:40]!r} is not a day"
    raise ValueError(f"{problem}. Write it as year-month-day, such as 2013-11-30")


#: A calendar day, written ``2013-11-30``.
Day = Annotated[dt.date, BeforeValidator(_day)]
Text = Annotated[str, Field(min_length=1)]
Whole = Annotated[int, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Percent = Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)]
YesNo = Annotated[bool, Field(strict=True)]


def form(pattern: str, words: str) -> AfterValidator:
    """A check that a text has a form.

    Parameters
    ----------
    pattern : str
        Regular expression that the whole text must match.
    words : str
        The form in words, for the message.

    Returns
    -------
    pydantic.AfterValidator
    """

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} doesn't have the form expected here: {words}")
        return text

    return AfterValidator(check)


def partial_of(model: type[Model]) -> type[Model]:
    """A model in which every key may be left out, for files that say only what differs.

    Parameters
    ----------
    model : type of Model

    Returns
    -------
    type of Model
        The same keys with the same rules, none required; keys that hold a model are made partial too.  Rules
        between keys are left to the whole, when everything is merged.
    """
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, Model):
            kind = partial_of(kind)
        elif get_origin(kind) is dict and isinstance(inner := get_args(kind)[1], type) and issubclass(inner, Model):
            kind = dict[str, partial_of(inner)]
        # An explicit blank is refused where the whole refuses it: the default None is never validated.
        fields[name] = (Annotated[(kind, *info.metadata)] if info.metadata else kind, Field(default=None))
    return create_model(f"Partial{model.__name__}", __base__=Model, **fields)
