"""Time pynn against other libraries on equal work: `python -m benchmarks --help`.

A *workload* says what is computed (`workloads/`), a *contender* computes it (`contenders/`). The runner
first checks that every contender arrives at the reference's numbers, then times those that do, in turns
within one process, so that a slow minute of the machine falls on all of them alike.
"""
