"""If-Match: who would undo what somebody else has changed meanwhile is told."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from api.routing.problems import Problem
from api.versions import check_version


@pytest.mark.parametrize("header", ["", "*", '"3"', 'W/"3"', "3", '"2", "3"'])
def test_who_knows_the_version_or_does_not_care_may_change_it(header: str) -> None:
    check_version(make_mocked_request("PUT", "/", headers={"If-Match": header}), 3)


@pytest.mark.parametrize("header", ['"2"', '"2", "4"', '"33"', "three"])
def test_who_knows_another_version_is_told_this_one(header: str) -> None:
    with pytest.raises(Problem) as caught:
        check_version(make_mocked_request("PUT", "/", headers={"If-Match": header}), 3)
    assert caught.value.status == 412 and caught.value.detail == {"version": 3}
