"""pynn.viz: pictures against thumbnails of ones that were looked at, and what must be in them."""

from __future__ import annotations

import sys

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="matplotlib is not installed")

import pictures
from matplotlib.colors import to_rgb

import pynn
from pynn import nn, viz
from pynn.viz import style
from pynn.viz.evaluation import principal_plane
from pynn.viz.surfaces import _filter_normalised

NEEDS_LAYOUT = {"computation graph": "fast_sugiyama"}


def open_figures() -> list[int]:
    pyplot = sys.modules.get("matplotlib.pyplot")
    return pyplot.get_fignums() if pyplot else []


@pytest.fixture(autouse=True)
def no_pyplot():
    """Pictures are made without pyplot, so none stays open behind the user's back."""
    before = open_figures()  # those that another test left
    yield
    assert open_figures() == before


# ---- every picture -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_it_looks_as_it_did(name):
    if name in NEEDS_LAYOUT:
        pytest.importorskip(NEEDS_LAYOUT[name], reason="the library that lays out graphs is not installed")
    got = pictures.thumbnail(pictures.pixels(pictures.PICTURES[name]("light"))).astype(float)
    want = np.load(pictures.GOLDEN)[name].astype(float)
    difference = np.abs(got - want)
    assert difference.mean() < 3.0, f"{name}: look at it (tests/viz/pictures.py), then write golden.npz anew"
    assert (difference.max(-1) > 60).mean() < 0.02


def test_a_picture_that_changed_is_noticed():
    want = np.load(pictures.GOLDEN)["decision boundary"].astype(float)
    x, y = pictures.moons()
    other = viz.decision_boundary(pictures.fixed(nn.Linear(2, 2)), x, y, resolution=60)
    got = pictures.thumbnail(pictures.pixels(other)).astype(float)
    assert np.abs(got - want).mean() > 6


@pytest.mark.parametrize("name", pictures.PICTURES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_have_their_ground_and_readable_ink(name, theme):
    if name in NEEDS_LAYOUT:
        pytest.importorskip(NEEDS_LAYOUT[name], reason="the library that lays out graphs is not installed")
    picture = pictures.pixels(pictures.PICTURES[name](theme), dpi=40) / 255
    paper = np.array(to_rgb(style.THEMES[theme].paper))
    corners = picture[[0, 0, -1, -1], [0, -1, 0, -1]]
    np.testing.assert_allclose(corners, np.tile(paper, (4, 1)), atol=0.02)
    contrast = np.abs(picture.mean(-1) - paper.mean())
    assert contrast.max() > 0.45, "something stands out from the ground"
    assert (contrast > 0.05).mean() > 0.01, "there is more than a dot"


def test_the_colours_are_told_apart_by_every_kind_of_eye():
    """Simulated with Viénot, Brettel & Mollon 1999; distances of the first five in linear light."""
    to_lms = np.array(
        [[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]]
    )
    protan = np.array([[0, 2.02344, -2.52581], [0, 1, 0], [0, 0, 1]])
    deutan = np.array([[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]])
    for theme in style.THEMES.values():
        linear = np.array([to_rgb(color) for color in theme.cycle[:5]]) ** 2.2
        for kind in (np.eye(3), protan, deutan):
            seen = (linear @ to_lms.T @ kind.T) @ np.linalg.inv(to_lms).T
            seen = np.clip(seen, 0, 1) ** (1 / 2.2)
            for i in range(5):
                for j in range(i):
                    assert np.abs(seen[i] - seen[j]).max() > 0.07, (theme.cycle[i], theme.cycle[j])


# ---- what is in them -----------------------------------------------------------------------------------


def test_network_draws_a_line_for_each_weight_shown():
    figure = viz.network(
        pictures.fixed(nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))), pynn.zeros(1, 2)
    )
    (axes,) = figure.axes
    assert [len(lines.get_segments()) for lines in axes.collections] == [6, 3]
    texts = [text.get_text() for text in axes.texts]
    assert {"input", "Linear\nReLU", "Linear", "2", "3", "1"} <= set(texts)
    assert axes.get_title() == "13 parameters"


def test_network_leaves_the_model_as_it_was():
    model = nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5), nn.BatchNorm1d(3))
    model.train()
    viz.network(model, pynn.zeros(4, 2))
    assert all(module.training for module in model.modules())
    assert model[0]._hooks is None
    assert model[2].num_batches_tracked.item() == 0


def test_the_watcher_notes_what_flows_and_lets_go():
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU())
    x = pynn.ones(3, 2)
    with viz.Watcher(model, every=2) as watcher:
        for _ in range(5):
            model(x).sum().backward()
    model(x)
    assert {path: len(calls) for path, calls in watcher.activations.items()} == {"0": 3, "1": 3}
    np.testing.assert_allclose(watcher.activations["1"][0], np.asarray(model(x).detach()).reshape(-1))
    np.testing.assert_array_equal(watcher.gradients["1"][0], 1)
    alive = np.asarray(model[0](x).detach()).reshape(-1) > 0
    np.testing.assert_array_equal(watcher.gradients["0"][0], alive)


def test_the_watcher_samples_large_tensors():
    model = nn.Sequential(nn.Linear(4, 100))
    with viz.Watcher(model, most=50) as watcher:
        model(pynn.ones(10, 4))
    assert watcher.activations["0"][0].shape == (50,)


def test_the_boundary_lies_where_scores_are_equal():
    model = nn.Linear(2, 2)
    with pynn.no_grad():
        model.weight.copy_(pynn.tensor([[0.0, 0.0], [4.0, 0.0]]))
        model.bias.copy_(pynn.tensor([0.0, -2.0]))
    x = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    figure = viz.decision_boundary(model, x, [0, 1, 0, 1])
    (axes,) = figure.axes
    lines = [path.vertices for c in axes.collections for path in c.get_paths() if len(path.vertices) > 20]
    assert any(np.allclose(line[:, 0], 0.5, atol=0.01) for line in lines)


def test_one_score_is_that_of_class_one():
    model = nn.Linear(2, 1)
    with pynn.no_grad():
        model.weight.copy_(pynn.tensor([[1.0, 0.0]]))
        model.bias.zero_()
    figure = viz.decision_boundary(model, np.array([[-1.0, 0.0], [1.0, 1.0]]), [0, 1])
    picture = np.asarray(figure.axes[0].images[0].get_array())
    blue, orange = (np.array(to_rgb(c)) for c in style.THEMES["light"].cycle[:2])
    assert np.abs(picture[0, 0] - blue).sum() < np.abs(picture[0, 0] - orange).sum()
    assert np.abs(picture[0, -1] - orange).sum() < np.abs(picture[0, -1] - blue).sum()


def test_directions_have_the_size_of_each_filter():
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((5, 3, 2, 2)) * np.arange(1, 6).reshape(5, 1, 1, 1)
    way = _filter_normalised(rng.standard_normal(weight.shape), weight)
    sizes = [np.sqrt((a**2).sum((1, 2, 3))) for a in (way, weight)]
    np.testing.assert_allclose(*sizes, rtol=1e-6)
    assert not _filter_normalised(rng.standard_normal(4), rng.standard_normal(4)).any()


def test_the_landscape_leaves_the_weights_as_they_were():
    model = nn.Linear(3, 2)
    before = [p.detach().numpy().copy() for p in model.parameters()]
    calls = []

    def loss():
        calls.append(1)
        return model(pynn.ones(1, 3)).square().mean()

    viz.loss_landscape(model, loss, resolution=4)
    assert len(calls) == 16
    for p, value in zip(model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.detach().numpy(), value)

    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        viz.loss_landscape(model, broken, resolution=4)
    np.testing.assert_array_equal(model.weight.detach().numpy(), before[0])


def test_optimizer_paths_are_those_of_the_optimizers():
    figure = viz.optimizer_paths(
        lambda x, y: x * x + y * y, {"SGD": lambda p: pynn.optim.SGD(p, lr=0.25)}, (1.0, 0.5), 3
    )
    xs = figure.axes[0].lines[1].get_xdata()
    np.testing.assert_allclose(xs, [1, 0.5, 0.25, 0.125])
    np.testing.assert_allclose(figure.axes[1].lines[0].get_ydata(), [1.25 / 4**k for k in range(4)])


def test_confusions_are_counted():
    figure = viz.confusion_matrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0])
    texts = {
        (round(t.get_position()[1]), round(t.get_position()[0])): t.get_text() for t in figure.axes[0].texts
    }
    assert texts == {(0, 0): "1", (0, 1): "1", (1, 1): "1", (2, 2): "2", (2, 0): "1"}
    shares = viz.confusion_matrix([0, 0, 1], [0, 1, 1], normalize=True)
    assert [t.get_text() for t in shares.axes[0].texts] == ["50 %", "50 %", "100 %"]
    scores = viz.confusion_matrix([0, 1], np.array([[2.0, 1.0], [0.0, 1.0]]))
    assert scores.axes[0].get_title() == "100 % right"


def test_the_plane_is_that_of_the_greatest_variance():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(200, 5)) * [5, 3, 0.1, 0.1, 0.1]
    plane, shares = principal_plane(points)
    np.testing.assert_allclose(np.abs(np.corrcoef(plane[:, 0], points[:, 0])[0, 1]), 1, atol=1e-3)
    np.testing.assert_allclose(np.abs(np.corrcoef(plane[:, 1], points[:, 1])[0, 1]), 1, atol=1e-2)
    variance = np.var(points - points.mean(0), axis=0)
    np.testing.assert_allclose(shares, variance[:2] / variance.sum(), atol=0.01)
    assert principal_plane(np.ones((3, 4)))[0].shape == (3, 2)
    assert principal_plane(np.arange(3.0)[:, None])[0].shape == (3, 2)


def test_tsne_is_scikit_learns():
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    points, kinds = pictures.vectors()
    figure = viz.embedding(points[:45], kinds[:45], method="tsne")
    plane = np.concatenate([c.get_offsets() for c in figure.axes[0].collections])
    means = np.stack([plane[15 * k : 15 * k + 15].mean(0) for k in range(3)])
    spread = max(plane[15 * k : 15 * k + 15].std(0).max() for k in range(3))
    assert np.linalg.norm(means[0] - means[1]) > 2 * spread


def test_saliency_is_the_gradient():
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 2, bias=False))
    with pynn.no_grad():
        model[1].weight.copy_(pynn.tensor([[1.0, -2.0, 3.0, 0.0], [0.0, 0.0, 0.0, 9.0]]))
    x = pynn.tensor([[[[1.0, 1.0], [1.0, 0.0]]]])
    figure = viz.saliency(model, x, 0)
    shown = np.asarray(figure.axes[1].images[0].get_array())
    np.testing.assert_array_equal(shown, [[1, 2], [3, 0]])
    assert model[1].weight.grad is None


def test_feature_maps_are_the_outputs_of_the_layer():
    model = pictures.convolutional()
    figure = viz.feature_maps(model, pictures.image(), "1", most=4)
    with pynn.no_grad():
        want = np.asarray(model[1](model[0](pictures.image())))[0, :4]
    np.testing.assert_allclose(
        [np.asarray(a.images[0].get_array()) for a in figure.axes[:4]], want, rtol=1e-6
    )


def test_curves_of_one_training_and_of_several():
    record = pictures.curves()
    figure = viz.learning_curves(record)
    assert [axes.get_title() for axes in figure.axes] == ["loss", "accuracy"]
    best = figure.axes[0].lines[2]
    assert best.get_xdata()[0] == 1 + int(np.argmin(record["val_loss"]))
    several = viz.learning_curves({"a": record, "b": record}, ["loss"])
    labels = [line.get_label() for line in several.axes[0].lines if line.get_label() != "_best"]
    assert labels == ["a", "a (validation)", "b", "b (validation)"]
    model = nn.Linear(1, 1)
    model.compile("sgd", "mse")
    history = model.fit(pynn.zeros(4, 1), pynn.zeros(4, 1), epochs=2, verbose=0)
    assert viz.learning_curves(history).axes[0].get_title() == "loss"


# ---- used wrongly --------------------------------------------------------------------------------------

BAD = {
    "theme": (lambda: viz.attention(np.eye(2), theme="pink"), "theme is 'light' or 'dark', got 'pink'"),
    "no network trace": (lambda: viz.computation_graph(pynn.trace()), "nothing ran"),
    "not in a plane": (
        lambda: viz.decision_boundary(nn.Linear(3, 2), np.ones((4, 3)), [0, 1, 0, 1]),
        r"\(N, 2\)",
    ),
    "classes": (lambda: viz.decision_boundary(nn.Linear(2, 2), np.ones((4, 2)), [0, 1]), "x has 4, y has 2"),
    "resolution": (lambda: viz.loss_landscape(nn.Linear(1, 1), lambda: None, resolution=1), "resolution"),
    "no weights": (lambda: viz.loss_landscape(nn.ReLU(), lambda: None), "no parameters"),
    "no optimizer": (lambda: viz.optimizer_paths(lambda x, y: x, {}, (0, 0)), "no optimizer"),
    "confusion": (lambda: viz.confusion_matrix([0, 1], [0]), "y_true has 2, y_pred has 1"),
    "negative": (lambda: viz.confusion_matrix([-1], [0]), "from 0"),
    "labels": (lambda: viz.confusion_matrix([0, 1, 2], [0, 1, 2], ["a"]), "1 labels for 3 classes"),
    "text": (lambda: viz.embedding([["a", "b"]]), "must be numbers"),
    "one vector": (lambda: viz.embedding(np.ones((1, 3))), "at least 2"),
    "method": (lambda: viz.embedding(np.ones((4, 3)), method="umap"), "'pca' or 'tsne'"),
    "attention": (lambda: viz.attention(np.ones(3)), r"\(T, S\) or \(heads, T, S\)"),
    "words": (lambda: viz.attention(np.eye(3), ["a"]), "1 queries for 3"),
    "filters": (lambda: viz.filters(nn.Linear(2, 2)), r"weights \(O, C, H, W\), got Linear"),
    "no maps": (
        lambda: viz.feature_maps(nn.Sequential(nn.Linear(2, 2)), pynn.ones(1, 2), "0"),
        r"\(N, C, H, W\)",
    ),
    "batch": (lambda: viz.saliency(nn.Linear(2, 2), pynn.ones(2, 1, 4, 4)), r"one image \(1, C, H, W\)"),
    "class": (
        lambda: viz.saliency(nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), pynn.ones(1, 1, 2, 2), 5),
        "target 5",
    ),
    "curves": (lambda: viz.learning_curves({}), "nothing was recorded"),
    "what": (lambda: viz.Watcher(nn.Linear(1, 1)).histograms("weights"), "'activations' or 'gradients'"),
    "nothing noted": (lambda: viz.Watcher(nn.Linear(1, 1)).histograms(), "no activations were noted"),
    "every": (lambda: viz.Watcher(nn.Linear(1, 1), every=0), "every must be an integer of 1 or more"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused(name):
    call, message = BAD[name]
    with pytest.raises(ValueError, match=message):
        call()


def test_a_watcher_watches_modules():
    with pytest.raises(TypeError, match="expected a Module, got int"):
        viz.Watcher(3)
