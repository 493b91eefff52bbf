"""How long a server is waited for, on plain numbers."""

from nameplate_operator.adapters.patience import Patience


def test_a_server_that_answers_has_the_whole_time():
    patience = Patience(10)
    assert [patience.grant(now) for now in (0, 1, 2)] == [10, 10, 10]


def test_after_a_request_ran_out_of_time_the_next_are_brief_but_for_one_in_thirty_seconds():
    patience = Patience(10)
    patience.lose(patience.grant(0), 10)
    assert [patience.grant(now) for now in (10, 39.9, 40, 40.1, 69.9, 70)] == [1, 1, 10, 1, 1, 10]


def test_the_brief_ones_do_not_put_off_the_next_that_has_the_whole_time():
    patience = Patience(10)
    patience.lose(10, 10)
    for now in (20, 30, 39):
        patience.lose(patience.grant(now), now + 1)
    assert patience.grant(40) == 10


def test_an_answer_gives_the_whole_time_back():
    patience = Patience(10)
    patience.lose(10, 10)
    patience.regain()
    assert patience.grant(11) == 10


def test_brief_is_never_longer_than_the_whole():
    patience = Patience(0.2)
    patience.lose(patience.grant(0), 0.2)
    assert patience.grant(1) == 0.2
