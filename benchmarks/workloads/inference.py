"""The networks of networks.py in evaluation: one image at a time, and many."""

from .network import inference
from .networks import WORKLOADS as TRAINED

WORKLOADS = [*(inference(training, 1) for training in TRAINED), inference(TRAINED[0], 64)]
