"""Places for long work: few for all, fewer for each, and each is given back."""

from __future__ import annotations

from uuid import UUID

import pytest

from api.work_places import WorkPlaces
from mediaserver.errors import CapacityError

ANN, BOB = UUID(int=1), UUID(int=2)


def test_nobody_takes_all_places() -> None:
    places = WorkPlaces(3, 2)
    with places.take(ANN), places.take(ANN):
        with pytest.raises(CapacityError, match="2 of yours"), places.take(ANN):
            pass
        with places.take(BOB):
            with pytest.raises(CapacityError, match="too many"), places.take(None):
                pass
        with places.take(None):
            pass


def test_a_place_is_given_back_whatever_becomes_of_the_work() -> None:
    places = WorkPlaces(1, 1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), places.take(ANN):
            raise ZeroDivisionError
    with places.take(ANN):
        pass
