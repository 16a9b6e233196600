"""The stance stage: for each statement and topic, favour, against, or no side taken."""

from discourse.stance.load import load_stance_model
from discourse.stance.model import Pair, StanceModel
from discourse.stance.scorer import RECORDED, Scorer

__all__ = ["RECORDED", "Pair", "Scorer", "StanceModel", "load_stance_model"]
