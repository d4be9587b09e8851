"""The judgement is made once per problem, and goes when the problem goes."""

import gc

from stagemakelaar.matching import judgement
from stagemakelaar.matching.eligibility import broken_rules
from stagemakelaar.matching.judgement import judge
from stagemakelaar.matching.scoring import fit_of, score
from tests.matching import cases


def test_a_problem_is_judged_once():
    problem = cases.one_pair()
    assert judge(problem) is judge(problem)


def test_the_judgement_holds_rules_points_and_fit():
    problem = cases.random_problem(1, students=20, places=20, codes=2)
    one = judge(problem)
    assert one.broken.tolist() == broken_rules(problem).tolist()
    assert one.fit.tolist() == fit_of(score(problem)).tolist()
    assert one.eligible.tolist() == (one.broken == 0).tolist()


def test_the_judgement_goes_with_its_problem():
    problem = cases.one_pair()
    judge(problem)
    before = len(judgement._made)
    del problem
    gc.collect()
    assert len(judgement._made) < before
