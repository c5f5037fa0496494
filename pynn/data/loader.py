"""DataLoader: batches, in order or shuffled."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count, islice, repeat, starmap
from typing import Any

import numpy as np

from pynn import _check

from .collate import default_collate
from .dataset import IterableDataset
from .random import Seed, numbers_from, numpy_generator
from .sampler import BatchSampler, RandomSampler, SequentialSampler


class DataLoader:
    """Read a dataset in batches.

    A dataset that lies in memory (`TensorDataset`, or a `Subset` of one) costs one gather a batch.

    Args:
        dataset: a `Dataset`, an `IterableDataset`, or anything with `__len__` and `__getitem__`.
        batch_size: samples in a batch; `None` for single samples that are not collated.
        shuffle: read in a new random order each time.
        sampler: an order of your own instead.
        batch_sampler: lists of sample numbers instead of all of the above.
        num_workers: 0 reads in the caller's thread; more read ahead in as many threads.
        collate_fn: makes a batch of a list of samples; default `default_collate`.
        pin_memory: accepted for PyTorch's sake.
        drop_last: leave out a last batch that is not full.
        generator: a seed or NumPy generator for `shuffle`; default: pynn's own random numbers.
        prefetch_factor: how many batches each worker reads ahead.
        persistent_workers: accepted for PyTorch's sake.
        seed: another name of `generator`.
        transform: changes each batch, as `MixUp` and `pynn.vision.transforms` do: it is called with the parts
            of the batch, and what it returns takes the batch's place. Its random numbers come from
            `generator` too, and are the same for any number of workers.

    Raises:
        TypeError: the dataset can be read neither by number nor in its own order.
        ValueError: options that contradict each other.

    Example:
        >>> import pynn
        >>> data = pynn.data.TensorDataset(pynn.zeros(10, 3), pynn.ones(10))
        >>> [tuple(x.shape) for x, y in pynn.data.DataLoader(data, batch_size=4)]
        [(4, 3), (4, 3), (2, 3)]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool = False,
        sampler: Iterable[int] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        *,
        generator: Seed = None,
        prefetch_factor: int = 2,
        persistent_workers: bool = False,
        seed: Seed = None,
        transform: Callable[..., Any] | None = None,
    ) -> None:
        _check.integer("DataLoader", "num_workers", num_workers, 0)
        _check.integer("DataLoader", "prefetch_factor", prefetch_factor, 1)
        if collate_fn is not None and not callable(collate_fn):
            raise TypeError(
                f"DataLoader: collate_fn must be a function of a list of samples, got {collate_fn!r}"
            )
        if transform is not None and not callable(transform):
            raise TypeError(
                f"DataLoader: transform must be a function of the parts of a batch, got {transform!r}"
            )
        if shuffle and sampler is not None:
            raise ValueError("DataLoader: shuffle=True and a sampler both say the order; choose one")
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            raise ValueError(
                "DataLoader: batch_sampler takes the place of batch_size, shuffle, sampler, drop_last"
            )
        self.dataset, self.batch_size, self.drop_last = dataset, batch_size, drop_last
        self.num_workers, self.prefetch_factor = num_workers, prefetch_factor
        self.collate_fn, self.transform = collate_fn, transform
        seed = generator if seed is None else seed
        self._generator = seed if seed is None else numpy_generator(seed)
        self.sampler: Any = sampler
        self.batch_sampler: Any = batch_sampler

        if isinstance(dataset, IterableDataset):
            if shuffle or sampler is not None or batch_sampler is not None:
                raise ValueError(
                    "DataLoader: an IterableDataset has an order of its own; it cannot be shuffled"
                )
            if batch_size is not None:
                BatchSampler((), batch_size)  # refuses a bad batch size
            return
        if not hasattr(dataset, "__getitem__") or not hasattr(dataset, "__len__"):
            raise TypeError(
                f"DataLoader: {type(dataset).__name__} has no __len__ and __getitem__. "
                "Did you mean pynn.data.TensorDataset(x, y)?"
            )
        if batch_sampler is not None:
            return
        if sampler is None:
            self.sampler = (
                RandomSampler(dataset, generator=self._generator) if shuffle else SequentialSampler(dataset)
            )
        if batch_size is not None:
            self.batch_sampler = BatchSampler(self.sampler, batch_size, drop_last)

    def __len__(self) -> int:
        if isinstance(self.dataset, IterableDataset):
            raise TypeError("a DataLoader over an IterableDataset does not know how many batches will come")
        return len(self.sampler if self.batch_sampler is None else self.batch_sampler)

    def __iter__(self) -> Iterator[Any]:
        return self.starting_at(0)

    def starting_at(self, batch: int) -> Iterator[Any]:
        """Go through the data as `iter` would, but from some batch on; those before it are not read.

        Args:
            batch: how many to leave out.

        Raises:
            ValueError: there are not so many.

        Example:
            >>> import pynn
            >>> loader = pynn.data.DataLoader(pynn.data.TensorDataset(pynn.arange(5)), batch_size=2)
            >>> [x.tolist() for (x,) in loader.starting_at(1)]
            [[2, 3], [4]]
        """
        _check.integer("DataLoader.starting_at", "batch", batch, 0)
        streams = isinstance(self.dataset, IterableDataset)
        jobs = zip(self._stream() if streams else self._index_batches(), self._generators(), strict=False)
        found = sum(1 for _ in islice(jobs, batch))
        if found < batch:
            raise ValueError(f"DataLoader.starting_at: there are only {found} batches, not {batch}")
        if streams:
            return starmap(self._transformed, jobs)
        return self._read_ahead(jobs) if self.num_workers else starmap(self._read, jobs)

    # ---- which samples ----------------------------------------------------------------------------

    def _index_batches(self) -> Iterator[Any]:
        """Sample numbers, batch by batch: as arrays or slices where that saves work."""
        if self.batch_sampler is None:
            yield from self.sampler
        elif type(self.batch_sampler) is not BatchSampler:
            yield from self.batch_sampler
        elif type(self.sampler) is RandomSampler:
            order = self.sampler.permutation()
            yield from (order[a:b] for a, b in self._bounds(len(order)))
        elif type(self.sampler) is SequentialSampler:
            yield from (slice(a, b) for a, b in self._bounds(len(self.dataset)))
        else:
            yield from self.batch_sampler

    def _bounds(self, total: int) -> Iterator[tuple[int, int]]:
        size = self.batch_sampler.batch_size
        stop = total - total % size if self.drop_last else total
        return ((start, min(start + size, total)) for start in range(0, stop, size))

    # ---- changing them ----------------------------------------------------------------------------

    def _generators(self) -> Iterator[np.random.Generator | None]:
        """Random numbers for the transform, batch by batch: none depend on which thread comes first."""
        if self.transform is None:
            yield from repeat(None)
        seed = int(numpy_generator(self._generator).integers(2**62))
        yield from (np.random.default_rng((seed, batch)) for batch in count())

    def _transformed(self, batch: Any, generator: np.random.Generator | None) -> Any:
        if self.transform is None or generator is None:
            return batch
        with numbers_from(generator):
            return self.transform(*batch) if isinstance(batch, tuple) else self.transform(batch)

    # ---- reading them -----------------------------------------------------------------------------

    def _read(self, job: Any, generator: np.random.Generator | None) -> Any:
        return self._transformed(self._collated(job), generator)

    def _collated(self, job: Any) -> Any:
        if self.batch_sampler is None:
            sample = self.dataset[job]
            return sample if self.collate_fn is None else self.collate_fn(sample)
        if self.collate_fn is None and hasattr(self.dataset, "take"):
            return self.dataset.take(job if isinstance(job, slice) else np.asarray(job, dtype=np.int64))
        if isinstance(job, slice):
            job = range(job.start, job.stop)
        elif isinstance(job, np.ndarray):
            job = job.tolist()
        return (self.collate_fn or default_collate)([self.dataset[index] for index in job])

    def _read_ahead(self, jobs: Iterator[Any]) -> Iterator[Any]:
        with ThreadPoolExecutor(self.num_workers, thread_name_prefix="pynn-loader") as pool:
            waiting: deque[Future[Any]] = deque()
            try:
                for job in jobs:
                    waiting.append(pool.submit(self._read, *job))
                    if len(waiting) >= self.num_workers * self.prefetch_factor:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for job_left in waiting:
                    job_left.cancel()

    def _stream(self) -> Iterator[Any]:
        samples = iter(self.dataset)
        collate = self.collate_fn or default_collate
        if self.batch_size is None:
            yield from samples
            return
        while batch := list(islice(samples, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield collate(batch)
