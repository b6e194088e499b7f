"""Before a training that will be audited: hold records out of it by fair coins."""

from keras_entropy.audit.hold_out import hold_out as hold_out
from keras_entropy.audit.plan import HeldOutPlan as HeldOutPlan
