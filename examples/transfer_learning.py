"""Learn digits 0 to 4 from many samples, then 5 to 9 from a few: what was learned first helps.

python examples/transfer_learning.py [--quick] [--out FOLDER]
"""

from __future__ import annotations

import copy

import matplotlib.pyplot as plt
import numpy as np
from common import options, save

import pynn
from pynn import data, nn
from pynn.vision import transforms


def new_body() -> nn.Sequential:
    """What sees: an image becomes 256 numbers."""

    def block(before: int, after: int) -> tuple[nn.Module, ...]:
        return nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()

    return nn.Sequential(
        *block(1, 32), nn.MaxPool2d(2), *block(32, 64), nn.AdaptiveAvgPool2d(2), nn.Flatten()
    )


def train(
    body: nn.Module, head: nn.Module, groups: list[dict], x: pynn.Tensor, y: pynn.Tensor, steps: int
) -> None:
    """So many steps of Adam on the parameters in `groups`, each with a learning rate of its own."""
    optimizer = pynn.optim.Adam(groups)
    augment = transforms.RandomAffine(degrees=10, translate=(0.1, 0.1), scale=(0.9, 1.1))
    # A frozen body is frozen whole: in training mode, batch norm would go on averaging.
    body.train(any(p.requires_grad for p in body.parameters()))
    for _ in range(steps):
        batch = pynn.randint(0, len(x), (64,))
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(head(body(augment(x[batch]))), y[batch])
        loss.backward()
        optimizer.step()


def accuracy(body: nn.Module, head: nn.Module, x: pynn.Tensor, y: pynn.Tensor) -> float:
    """The share of x that is told right."""
    return (nn.Sequential(body, head).predict(x).argmax(1) == y).float().mean().item()


def from_scratch(x: pynn.Tensor, y: pynn.Tensor, steps: int) -> tuple[nn.Module, nn.Module]:
    """A network that knows nothing yet."""
    body, head = new_body(), nn.Linear(256, 5)
    train(body, head, [{"params": [*body.parameters(), *head.parameters()], "lr": 2e-3}], x, y, steps)
    return body, head


def new_head(known: nn.Module, x: pynn.Tensor, y: pynn.Tensor, steps: int) -> tuple[nn.Module, nn.Module]:
    """The known body as it is, and a head that learns."""
    body, head = copy.deepcopy(known).requires_grad_(False), nn.Linear(256, 5)
    train(body, head, [{"params": head.parameters(), "lr": 5e-3}], x, y, steps)
    return body, head


def fine_tuned(known: nn.Module, x: pynn.Tensor, y: pynn.Tensor, steps: int) -> tuple[nn.Module, nn.Module]:
    """First a new head; then the body too, in smaller steps."""
    body, head = new_head(known, x, y, steps // 2)
    body.requires_grad_(True)
    groups = [{"params": body.parameters(), "lr": 2e-4}, {"params": head.parameters(), "lr": 2e-3}]
    train(body, head, groups, x, y, steps - steps // 2)
    return body, head


def features(body: nn.Module, x: pynn.Tensor) -> np.ndarray:
    """What the body makes of x, read by a hook at its second convolution, the mean over places: `(N, 64)`."""
    seen = []
    handle = body[4].register_forward_hook(lambda module, inputs, output: seen.append(output.mean((2, 3))))
    body.predict(x)
    handle.remove()
    return pynn.cat(seen).numpy()


def plane(x: np.ndarray) -> np.ndarray:
    """The first two principal components, `(N, 2)`."""
    x = x - x.mean(0)
    return x @ np.linalg.svd(x, full_matrices=False)[2][:2].T


def draw(few: tuple[int, ...], results: dict[str, np.ndarray], seen: np.ndarray, y: np.ndarray) -> plt.Figure:
    """Left: accuracy over the number of samples. Right: unknown digits as the known body sees them."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5), layout="constrained")
    for (name, values), color in zip(results.items(), ["#6b7280", "#f59e0b", "#2563eb"], strict=True):
        left.fill_between(few, 100 * values.min(0), 100 * values.max(0), color=color, alpha=0.15, lw=0)
        left.plot(few, 100 * values.mean(0), "o-", color=color, label=name)
    left.set_xscale("log")
    left.set_xticks(few, few)
    left.minorticks_off()
    left.set(xlabel="samples of each new digit", ylabel="test accuracy in %")
    left.set_title(f"digits 5 to 9: mean, least and greatest of {len(values)} runs")
    left.legend(loc="lower right")
    left.grid(alpha=0.3)
    for digit in range(5):
        here = seen[y == digit]
        right.scatter(*here.T, s=12, color=plt.cm.tab10(digit), label=str(digit + 5), alpha=0.7)
    right.set(xticks=[], yticks=[], xlabel="first principal component", ylabel="second")
    right.set_title("digits 5 to 9 in the features of a network that knows 0 to 4")
    right.legend(title="digit")
    figure.suptitle("Transfer learning: what helps with some digits helps with others", fontsize=15)
    return figure


if __name__ == "__main__":
    chosen = options(__doc__)
    pynn.manual_seed(0)
    x, y = data.load_digits(images=True)
    x, old = x / 16, y < 5
    x_new, x_test, y_new, y_test = data.train_test_split(
        x[~old], y[~old] - 5, test_size=0.5, stratify=y[~old], seed=0
    )

    known, head = new_body(), nn.Linear(256, 5)
    everything = [{"params": [*known.parameters(), *head.parameters()], "lr": 2e-3}]
    train(known, head, everything, x[old], y[old], steps=20 if chosen.quick else 400)
    print(f"digits 0 to 4, {int(old.sum().item())} samples: learned", flush=True)

    steps, runs, few = (10, 1, (1, 5)) if chosen.quick else (150, 4, (1, 2, 5, 10, 30))
    ways = {
        "from scratch": from_scratch,
        "new head on the frozen body": lambda *given: new_head(known, *given),
        "fine-tuned": lambda *given: fine_tuned(known, *given),
    }
    results = {name: np.zeros((runs, len(few))) for name in ways}
    for run in range(runs):
        order = np.random.default_rng(run).permutation(len(x_new))
        for column, count in enumerate(few):
            some = pynn.tensor(
                np.concatenate([order[y_new.numpy()[order] == digit][:count] for digit in range(5)])
            )
            for name, way in ways.items():
                model = way(x_new[some], y_new[some], steps)
                results[name][run, column] = accuracy(*model, x_test, y_test)
    for column, count in enumerate(few):
        each = ", ".join(f"{name} {100 * values[:, column].mean():.1f} %" for name, values in results.items())
        print(f"{count:2d} of each of 5 to 9: {each}")
    save(draw(few, results, plane(features(known, x_test)), y_test.numpy()), chosen.out)
