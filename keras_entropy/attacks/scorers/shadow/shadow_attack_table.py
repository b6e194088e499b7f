"""The table of attacks that compare a target's answers with those of other models."""

from __future__ import annotations

from keras_entropy.attacks.scorers.shadow import lira
from keras_entropy.attacks.scorers.shadow import rmia
from keras_entropy.attacks.scorers.shadow.difficulty_offset import DifficultyOffset
from keras_entropy.attacks.scorers.shadow.shadow_scorer import ShadowScorer
from keras_entropy.attacks.scorers.shadow.stacked_moments import StackedMoments

SHADOW_SCORERS: dict[str, ShadowScorer] = {
    "lira_online": lira.Online(),
    "lira_offline": lira.Offline(),
    "rmia_online": rmia.Online(),
    "rmia_offline": rmia.Offline(),
    "rmia_tempered": rmia.Online(temperature=2.0),
    "difficulty_offset": DifficultyOffset(),
    "shadow_stacked": StackedMoments(),
}
