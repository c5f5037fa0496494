"""Settings of all tests."""

from hypothesis import settings

# How long an example takes is the machine's affair: speed is never asserted in a test.
settings.register_profile("pynn", deadline=None)
settings.load_profile("pynn")
