"""What the kernel of each page runs before the page's own code (PYTHONSTARTUP in conf.py)."""

import described

del described
