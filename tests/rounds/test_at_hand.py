"""What is at hand: the last used, no more than it may weigh together, and never nothing of what was just worked out."""

import threading

from stagemakelaar.rounds.at_hand import AtHand


def made_of(hand, *names):
    """Which of these names had to be worked out, asked for one after another."""
    made = []
    for name in names:
        hand.of(name, lambda name=name: made.append(name) or name)
    return made


def test_what_is_at_hand_is_not_worked_out_again():
    assert made_of(AtHand(2), 1, 2, 1, 2, 1) == [1, 2]


def test_what_was_used_longest_ago_goes_first():
    assert made_of(AtHand(2), 1, 2, 1, 3, 1, 2) == [1, 2, 3, 2]


def test_all_together_weigh_no_more_than_allowed():
    hand = AtHand(10, weight=lambda found: found)
    assert made_of(hand, 4, 5, 4, 5) == [4, 5]
    assert made_of(hand, 6, 4, 6) == [6, 4]


def test_what_weighs_too_much_alone_stays_until_the_next():
    assert made_of(AtHand(1, weight=lambda found: found), 7, 7, 8, 7) == [7, 8, 7]


def test_who_waits_for_one_does_not_hold_up_another():
    hand, begun, on = AtHand(2), threading.Event(), threading.Event()

    def slow():
        begun.set()
        return on.wait(10)

    waiting = threading.Thread(target=hand.of, args=("slow", slow))
    waiting.start()
    assert begun.wait(10)
    assert hand.of("quick", lambda: "there") == "there"
    on.set()
    waiting.join()
