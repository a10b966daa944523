"""Each reply of a batch is drawn by its own settings."""

from types import SimpleNamespace

import torch

from chatbot.engines.draws import Draw, Sampler, each_by_its_own_draw
from chatbot.records import Sampling

IDS = torch.tensor([[2]])
SCORES = torch.tensor([[1.0, 2.0, 2.1, 0.0]])


def test_the_likeliest_token_and_the_penalty_on_what_was_said() -> None:
    plain, penalised = Draw(Sampling(repetition_penalty=1.0), "cpu"), Draw(Sampling(repetition_penalty=1.5), "cpu")
    assert plain.next_token(IDS, SCORES.clone()).tolist() == [[2]]
    assert penalised.next_token(IDS, SCORES.clone()).tolist() == [[1]]


def test_a_draw_is_repeated_by_its_seed() -> None:
    def drawn(seed: int) -> list[int]:
        draw = Draw(Sampling(temperature=2.0, top_p=1.0, seed=seed), "cpu")
        return [int(draw.next_token(IDS, SCORES.clone())) for _ in range(20)]

    assert drawn(1) == drawn(1) != drawn(2)


def test_a_batch_keeps_the_chosen_token_of_each_reply() -> None:
    draws = [Draw(Sampling(repetition_penalty=penalty), "cpu") for penalty in (1.0, 1.5)]
    states = [
        SimpleNamespace(initial_tokens=[2], generated_tokens=[], logit_processor_kwargs={"draw": draw})
        for draw in draws
    ]
    sampler = Sampler()
    sampler.prepare_tensor_args([SimpleNamespace(state=state) for state in states])
    kept = sampler(SCORES.repeat(2, 1), torch.zeros(2))
    assert kept.argmax(-1).tolist() == [2, 1]
    assert torch.isneginf(kept).sum() == 6
    assert each_by_its_own_draw().do_processing
