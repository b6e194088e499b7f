"""Does raising entropy protect? The reference study's question, put to a test.

Reference: He et al., "Membership-Doctor", arXiv:2208.10445.
"""
