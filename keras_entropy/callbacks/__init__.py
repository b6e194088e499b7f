"""Callbacks that watch a model while it is trained."""

from keras_entropy.callbacks.membership_audit import MembershipAudit as MembershipAudit
