"""What looks inside: pynn.explain (traces, profiles and pictures are in folders of their own)."""

from __future__ import annotations

import pynn
from pynn import nn

CALLS = {
    "pynn.explain": [
        (lambda: pynn.explain(3), TypeError, "explain: expected an op such as pynn.softmax.* got int"),
        (lambda: pynn.explain("nothing"), ValueError, "explain: there is no op named 'nothing'"),
        (lambda: pynn.explain(nn.Linear), TypeError, r"explain: Linear is a class. Did you mean Linear\("),
    ],
}
