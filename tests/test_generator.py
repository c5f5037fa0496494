"""Generators: streams that neither disturb the shared one nor each other."""

from collections.abc import Callable

import pytest

import pynn

DRAWS: list[Callable[[pynn.Generator | None], pynn.Tensor]] = [
    lambda g: pynn.rand(4, generator=g),
    lambda g: pynn.randn(4, generator=g),
    lambda g: pynn.uniform((4,), -1.0, 1.0, generator=g),
    lambda g: pynn.normal(0.0, 1.0, (4,), generator=g),
    lambda g: pynn.normal(pynn.zeros(4), 2.0, generator=g),
    lambda g: pynn.randint(0, 1000, (4,), generator=g),
    lambda g: pynn.randperm(20, generator=g),
    lambda g: pynn.multinomial(pynn.ones(50), 8, generator=g),
    lambda g: pynn.multinomial(pynn.ones(50), 8, True, generator=g),
]


@pytest.mark.parametrize("draw", DRAWS)
def test_a_stream_of_its_own(draw: Callable[[pynn.Generator | None], pynn.Tensor]) -> None:
    pynn.manual_seed(3)
    before = pynn.get_rng_state()
    generator = pynn.Generator().manual_seed(5)
    first, second = draw(generator).tolist(), draw(generator).tolist()
    assert first != second
    assert pynn.get_rng_state() == before
    assert draw(generator.manual_seed(5)).tolist() == first
    pynn.manual_seed(5)
    assert draw(None).tolist() == first


def test_state_and_seeds() -> None:
    generator = pynn.Generator("cpu").manual_seed(11)
    assert generator.initial_seed() == 11
    pynn.rand(3, generator=generator)
    state = generator.get_state()
    ahead = pynn.rand(3, generator=generator).tolist()
    generator.set_state(state)
    assert pynn.rand(3, generator=generator).tolist() == ahead
    assert generator.seed() == generator.initial_seed()
    assert pynn.Generator().initial_seed() != pynn.Generator().initial_seed()
    with pytest.raises(ValueError, match="the only device is 'cpu'"):
        pynn.Generator("cuda")


def test_a_draw_that_fails_changes_no_stream() -> None:
    pynn.manual_seed(3)
    before, generator = pynn.get_rng_state(), pynn.Generator().manual_seed(1)
    with pytest.raises(ValueError, match="sizes must be 0 or more"):
        pynn.rand(-1, generator=generator)
    assert pynn.get_rng_state() == before
    assert generator.get_state() == pynn.Generator().manual_seed(1).get_state()
