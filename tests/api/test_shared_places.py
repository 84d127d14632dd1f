"""Places: few for all, fewer for each key, and each is given back."""

from __future__ import annotations

from uuid import UUID

import pytest

from api.shared_places import SharedPlaces
from mediaserver.errors import CapacityError

ANN, BOB = UUID(int=1), UUID(int=2)


def test_nobody_takes_all_places() -> None:
    places = SharedPlaces(3, 2)
    with places.take(ANN), places.take(ANN):
        with pytest.raises(CapacityError, match="your key has 2"), places.take(ANN):
            pass
        with places.take(BOB):
            with pytest.raises(CapacityError, match="all 3 places"), places.take(None):
                pass
        assert len(places) == 2
        with places.take(None):
            pass


def test_the_operator_may_take_all_places() -> None:
    places = SharedPlaces(2, 1)
    with places.take(None), places.take(None):
        with pytest.raises(CapacityError, match="all 2 places"), places.take(ANN):
            pass
    assert len(places) == 0


def test_a_place_is_given_back_whatever_becomes_of_the_work() -> None:
    places = SharedPlaces(1, 1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), places.take(ANN):
            raise ZeroDivisionError
    with places.take(ANN):
        pass
