"""Membership inference on arrays of outputs and labels."""

from keras_entropy.attacks.audit import audit_outputs as audit_outputs
from keras_entropy.attacks.comparison import paired_difference as paired_difference
from keras_entropy.attacks.game import audit_game as audit_game
from keras_entropy.attacks.headline import game_headline as game_headline
from keras_entropy.attacks.holm import holm as holm
from keras_entropy.attacks.ladder import GAME_ATTACKS as GAME_ATTACKS
from keras_entropy.attacks.ladder import TARGET_ATTACKS as TARGET_ATTACKS
from keras_entropy.attacks.results import AttackResult as AttackResult
from keras_entropy.attacks.results import Audit as Audit
from keras_entropy.attacks.results import Curve as Curve
from keras_entropy.attacks.results import Difference as Difference
from keras_entropy.attacks.results import GameAudit as GameAudit
from keras_entropy.attacks.results import Headline as Headline
from keras_entropy.attacks.results import NotMeasured as NotMeasured
from keras_entropy.attacks.results import OperatingPoint as OperatingPoint
