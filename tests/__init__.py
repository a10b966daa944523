"""Two processes test on two cores, so each computes with one thread: threads that wait for one another spin."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
