"""The table of attacks that compare a target with the other models of the game.

Each scorer gets the logit-scaled confidence `(K, N)` of all K models and the plan of
membership `(K, N)`, and returns scores `(K, N)`, without NaN, and a Boolean mask of the
examples that it cannot score. Row k scores model k as the target; neither row k nor its
partner `k ^ 1` serves as its shadow.
"""

import functools

from keras_entropy.attacks.scorers.shadow import difficulty_offset
from keras_entropy.attacks.scorers.shadow import lira
from keras_entropy.attacks.scorers.shadow import rmia

SCORERS = {
    "lira_online": lira.online,
    "lira_offline": lira.offline,
    "rmia_online": rmia.online,
    "rmia_offline": rmia.offline,
    "rmia_tempered": functools.partial(rmia.online, temperature=2.0),
    "difficulty_offset": difficulty_offset.difficulty_offset,
}
