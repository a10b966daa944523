"""Where tokens stand: the shared prefix once, then rows, and what each sees."""

import torch

from training.finetuning.batches import collate
from training.finetuning.encoding import Encoded
from training.finetuning.fast.layout import Layout, lay_out

FREQUENCIES = torch.tensor([1.0, 0.1])
ROWS = [Encoded("a", [1, 2, 3, 4, 5], ((3, 5),)), Encoded("b", [1, 2, 3, 6, 7, 8, 9], ((5, 7),))]


def laid_out(replies_only: bool) -> Layout:
    return lay_out(collate(ROWS, 0), FREQUENCIES, replies_only, torch.float32)


def test_all_tokens_in_turn_where_gradients_reach_all() -> None:
    found = laid_out(replies_only=False)
    batch = collate(ROWS, 0)
    shared = len(batch.prefix)
    assert found.fixed == 0 and len(found.segments) == 2
    assert found.segments[0].length == shared and found.segments[1].rows == 2
    assert torch.equal(found.places[:shared], torch.arange(shared))
    learned_after = batch.tokens_in_turn[found.places][found.before_learned]
    assert learned_after.tolist() == [3, 4, 7, 8], "the tokens just before those that are learned"


def test_a_reply_has_beginnings_that_are_fixed() -> None:
    found = laid_out(replies_only=True)
    assert found.fixed == found.segments[-1].tokens.start > 0
    learning = collate(ROWS, 0).tokens_in_turn[found.places][found.fixed :]
    assert learning[found.before_learned].tolist() == [3, 4, 7, 8]


def test_no_token_sees_a_later_one() -> None:
    for segment in laid_out(replies_only=False).segments:
        before = segment.mask.shape[-1] - segment.length
        own = segment.mask[..., before:]
        later = torch.ones(segment.length, segment.length, dtype=torch.bool).triu(1)
        assert torch.isinf(own[:, later]).all() and (own[:, ~later] == 0).all()
        assert (segment.mask[..., :before] == 0).all(), "all rows begin with the prefix"


def test_blocks_cover_a_sequence_once_and_see_all_before() -> None:
    segment = laid_out(replies_only=False).segments[-1]
    tokens = [place for block, _ in segment.blocks for place in range(block.start, block.stop)]
    assert tokens == list(range(segment.length))
    turned = segment.rotation * segment.turning_back
    assert torch.allclose(turned, torch.ones_like(turned))
