"""Membership inference on arrays of outputs and labels."""

from keras_entropy.attacks.adaptive_attacks import adaptive_results as adaptive_results
from keras_entropy.attacks.adaptive_attacks import average_queries as average_queries
from keras_entropy.attacks.audit_results import Audit as Audit
from keras_entropy.attacks.audit_results import GameAudit as GameAudit
from keras_entropy.attacks.audits.game_audit import audit_game as audit_game
from keras_entropy.attacks.audits.headline import game_headline as game_headline
from keras_entropy.attacks.audits.labels_audit import LabelsAudit as LabelsAudit
from keras_entropy.attacks.audits.labels_audit import audit_labels as audit_labels
from keras_entropy.attacks.audits.outputs_audit import audit_outputs as audit_outputs
from keras_entropy.attacks.controls.control import Control as Control
from keras_entropy.attacks.controls.null_controls import null_controls as null_controls
from keras_entropy.attacks.controls.positive_controls import (
    positive_controls as positive_controls,
)
from keras_entropy.attacks.leakage.divergence import Divergence as Divergence
from keras_entropy.attacks.leakage.divergence import jensen_shannon as jensen_shannon
from keras_entropy.attacks.leakage.divergence import (
    rank_correlation as rank_correlation,
)
from keras_entropy.attacks.leakage.epsilon import EpsilonBound as EpsilonBound
from keras_entropy.attacks.leakage.epsilon import (
    epsilon_lower_bound as epsilon_lower_bound,
)
from keras_entropy.attacks.leakage.one_training import (
    OneTrainingBound as OneTrainingBound,
)
from keras_entropy.attacks.leakage.one_training import (
    one_training_bound as one_training_bound,
)
from keras_entropy.attacks.neighbors import Neighbors as Neighbors
from keras_entropy.attacks.neighbors import NeighborSums as NeighborSums
from keras_entropy.attacks.paired_differences import (
    paired_difference as paired_difference,
)
from keras_entropy.attacks.results import AttackResult as AttackResult
from keras_entropy.attacks.results import Curve as Curve
from keras_entropy.attacks.results import Difference as Difference
from keras_entropy.attacks.results import ExampleScores as ExampleScores
from keras_entropy.attacks.results import Headline as Headline
from keras_entropy.attacks.results import NotMeasured as NotMeasured
from keras_entropy.attacks.results import OperatingPoint as OperatingPoint
from keras_entropy.attacks.scorers.attack_table import GAME_ATTACKS as GAME_ATTACKS
from keras_entropy.attacks.scorers.attack_table import INPUT_ATTACKS as INPUT_ATTACKS
from keras_entropy.attacks.scorers.attack_table import SHADOW_ATTACKS as SHADOW_ATTACKS
from keras_entropy.attacks.scorers.attack_table import TARGET_ATTACKS as TARGET_ATTACKS
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    NEIGHBOR_ATTACKS as NEIGHBOR_ATTACKS,
)
from keras_entropy.attacks.shadows import Shadows as Shadows
from keras_entropy.attacks.statistics.holm import holm as holm
from keras_entropy.attacks.statistics.smallest_detectable import (
    minimum_detectable_auc as minimum_detectable_auc,
)
from keras_entropy.attacks.statistics.smallest_detectable import (
    minimum_detectable_difference as minimum_detectable_difference,
)
