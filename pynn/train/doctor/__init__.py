"""The doctor: looks at a model, its data and its training, and says what is probably wrong."""

from .callback import Doctor
from .examination import examine
from .finding import Diagnosis, Finding
from .watching import watch

__all__ = ["Diagnosis", "Doctor", "Finding", "examine", "watch"]
