"""Series: files, windows, splits that keep the future unseen, scaling, baselines and measures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pynn
from pynn import data

SIZES = st.integers(1, 8)


def test_bundled_series():
    spots = data.load_sunspots()
    assert spots.values.shape == (3120, 1)
    by_year = spots["sunspots"].numpy().reshape(260, 12).mean(1)
    assert by_year[1957 - 1749] == pytest.approx(189.9, abs=0.1)  # the highest year of the old count
    assert by_year.argmax() == 1957 - 1749
    weekly, monthly = data.load_co2(weekly=True), data.load_co2()
    assert np.isnan(weekly.values.numpy()).sum() == 59
    assert not np.isnan(monthly.values.numpy()).any()
    march = weekly["co2"][:1].tolist() + weekly["co2"][1:5].tolist()
    assert monthly["co2"][0].item() == pytest.approx(march[0])
    assert monthly["co2"][1].item() == pytest.approx(np.mean(march[1:]), rel=1e-6)
    assert (np.diff(monthly.times).astype(int) == 1).all()
    june, april, may = (monthly["co2"][i].item() for i in (3, 1, 4 - 2))
    assert monthly.times[3] == np.datetime64("1958-06")  # not measured
    assert june == pytest.approx((may + monthly["co2"][4].item()) / 2)
    assert april > 317


def read(tmp_path, content, **options):
    path = tmp_path / "series.csv"
    path.write_bytes(content.encode(options.pop("write", "utf-8")))
    return data.read_series(path, **options)


def test_csv_files(tmp_path):
    table = "\ufeffday, rain ,wind\r\n2024-03-01,0.5,12\r\n\r\n2024-03-02, NA ,-9e1\r\n2024-03-02,,?\r\n"
    series = read(tmp_path, table)
    assert series.names == ["rain", "wind"]
    assert series.times.tolist() == np.array(["2024-03-01", "2024-03-02", "2024-03-02"], "M8[D]").tolist()
    np.testing.assert_array_equal(series.values.numpy(), [[0.5, 12], [np.nan, -90], [np.nan, np.nan]])
    assert read(tmp_path, table, columns="wind").values.shape == (3, 1)
    swapped = read(tmp_path, table, columns=["wind", "rain"])
    assert swapped.names == ["wind", "rain"]
    np.testing.assert_array_equal(swapped["rain"].numpy(), series["rain"].numpy())
    numbered = read(tmp_path, 't;y;"a;b"\n1;2;3\n9;5;6\n10;7;8', time="t", delimiter=";")
    assert (numbered.names, numbered.times.tolist()) == (["y", "a;b"], [1, 9, 10])
    assert read(tmp_path, "t,y\nnoon,1\nevening,2\n").times.tolist() == ["noon", "evening"]
    plain = read(tmp_path, "y\n1\n2\n", time=None)
    assert (plain.times, plain.values.tolist()) == (None, [[1], [2]])
    assert len(read(tmp_path, "t,y\n")) == 0
    assert read(tmp_path, "t,é\n1,2", write="latin-1", encoding="latin-1").names == ["é"]


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        ("", {}, "is empty"),
        ("t,y\n1,2\n2,3,4\n", {}, "line 3 has 3 cells, the first line 2"),
        ("t,y\n1,2\n\n2,three\n", {}, "line 4: 'three' in column 'y' is no number"),
        ("t,y\n2024-02-01,2\n2024-01-01,3\n", {}, "line 3: the time goes back.*2024-02-01 to 2024-01-01"),
        ("t,y\n2,2\n1,3\n", {}, "line 3: the time goes back"),
        ("t,é\n1,2", {"write": "latin-1"}, "no CSV file in utf-8"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path, content, options, says):
    with pytest.raises(ValueError, match=rf"series\.csv.*{says}"):
        read(tmp_path, content, **options)


@given(st.integers(1, 40), SIZES, SIZES, SIZES)
def test_windows_are_what_was_and_what_came_next(total, lookback, horizon, stride):
    series = np.arange(total, dtype=np.float32)
    if total < lookback + horizon:
        with pytest.raises(ValueError, match=f"the series has {total}"):
            data.SeriesWindows(series, lookback, horizon, stride)
        return
    windows = data.SeriesWindows(series, lookback, horizon, stride)
    starts = [i for i in range(0, total, stride) if i + lookback + horizon <= total]
    assert len(windows) == len(starts)
    for i, start in enumerate(starts):
        x, y = windows[i]
        assert x.shape == (lookback, 1)
        assert [*x[:, 0].tolist(), *y.tolist()] == list(range(start, start + lookback + horizon))
    x, y = windows.take(slice(None))
    assert x.shape == (len(starts), lookback, 1)
    assert y.tolist() == [windows[i][1].tolist() for i in range(len(starts))]
    for i in range(len(starts)):  # what overlap promises
        later = [j for j in range(i + 1, len(starts)) if set(y[i].tolist()) & set(y[j].tolist())]
        assert len(later) <= windows.overlap


def test_columns_of_windows():
    table = np.stack([np.arange(10), 10 * np.arange(10), -np.arange(10)], 1)
    series = data.Series(pynn.tensor(table.astype(np.float32)), None, ["a", "b", "c"])
    x, y = data.SeriesWindows(series, 2, 2)[0]
    assert (x.tolist(), y.tolist()) == ([[0, 0, 0], [1, 10, -1]], [[2, 20, -2], [3, 30, -3]])
    assert data.SeriesWindows(series, 2, 2, targets="b")[0][1].tolist() == [20, 30]
    assert data.SeriesWindows(series, 2, 2, targets=1)[0][1].tolist() == [20, 30]
    assert data.SeriesWindows(table, 2, 2, targets=[-1, 0])[0][1].tolist() == [[-2, 2], [-3, 3]]
    assert data.SeriesWindows(series, 2, 2, targets=["b"])[0][1].tolist() == [[20], [30]]
    loader = data.DataLoader(data.SeriesWindows(series, 2, 2, targets="b"), 4, shuffle=True, seed=0)
    assert [tuple(y.shape) for _, y in loader] == [(4, 2), (3, 2)]


def test_windows_share_the_memory_of_the_series():
    series = pynn.arange(9).float()
    x, y = data.SeriesWindows(series, 3)[0]
    series[0], series[3] = 70.0, 71.0
    assert (x[0].item(), y.tolist()) == (70, [71])


def test_windows_with_holes_are_refused_or_left_out():
    series = np.arange(10, dtype=np.float32)
    series[4] = np.nan
    with pytest.raises(ValueError, match=r"1 of 10 times hold NaN, the first is number 4.*drop"):
        data.SeriesWindows(series, 2)
    x, y = data.SeriesWindows(series, 2, missing="drop").take(slice(None))
    assert x[:, 0, 0].tolist() == [0, 1, 5, 6, 7]
    assert y[:, 0].tolist() == [2, 3, 7, 8, 9]
    with pytest.raises(ValueError, match="every window"):
        data.SeriesWindows([1.0, np.nan, 2.0], 2, missing="drop")


@given(
    st.integers(20, 60), st.integers(1, 5), st.integers(1, 5), st.integers(1, 3), st.integers(0, 3), st.data()
)
def test_no_part_sees_its_future(total, lookback, horizon, stride, gap, draw):
    """Times are their own values, so whatever a part holds says when it was."""
    series = pynn.arange(total).float()
    sizes = (0.5, 0.25, 0.25)
    parts = data.temporal_split(series, sizes=sizes, lookback=lookback, gap=gap)
    seen = -1
    for i, part in enumerate(parts):
        if len(part) < lookback + horizon:
            continue
        _, y = data.SeriesWindows(part, lookback, horizon).take(slice(None))
        assert y.min().item() > seen + (gap if i else 0)
        if i:
            assert part[0].item() >= seen + 1 + gap - lookback
        seen = int(part[-1].item())
    windows = data.SeriesWindows(series, lookback, horizon, stride)
    splits = draw.draw(st.integers(1, 3))
    if len(windows) < (splits + 1) * (max(windows.overlap, gap) + 1):
        return
    for train, test in data.walk_forward(windows, splits, gap=gap):
        assert windows.take(train)[1].max() < windows.take(test)[1].min()
    if len(windows) < 2 * (windows.overlap + 2):
        return
    train, test = data.temporal_split(windows, sizes=(0.5, 0.5))
    assert train[len(train) - 1][1].max() < test[0][1].min()


def test_splits_of_several_arrays_and_by_counts():
    x, y = np.arange(10), list("abcdefghij")
    a, b, c, d = data.temporal_split(x, y, sizes=(7, 2))
    assert (a.tolist(), b.tolist(), c, d) == (list(range(7)), [7, 8], list("abcdefg"), ["h", "i"])
    assert np.shares_memory(a, x)
    train, test = data.temporal_split(data.load_co2(), sizes=(0.8, 0.2))
    assert isinstance(train, data.Series)
    assert train.times[-1] < test.times[0]
    assert len(train) + len(test) == 526
    assert [len(part) for part in data.temporal_split(range(100))] == [70, 15, 15]


@pytest.mark.parametrize("test_size", [None, 1, 3])
@pytest.mark.parametrize("gap", [0, 2])
@pytest.mark.parametrize("most", [None, 4])
def test_walking_forward_is_scikit_learns_time_series_split(test_size, gap, most):
    selection = pytest.importorskip("sklearn.model_selection")
    twin = selection.TimeSeriesSplit(4, max_train_size=most, test_size=test_size, gap=gap)
    ours = list(data.walk_forward(23, 4, test_size, gap, most))
    for (train, test), (its_train, its_test) in zip(ours, twin.split(np.zeros(23)), strict=True):
        np.testing.assert_array_equal(train, its_train)
        np.testing.assert_array_equal(test, its_test)


def test_the_scaler_knows_what_it_was_fitted_to():
    rng = np.random.default_rng(0)
    series = rng.normal([3, -1, 7], [2, 0.1, 0], (50, 3))
    series[4, 0] = np.nan
    scaler = data.SeriesScaler().fit(series[:40])
    scaled = scaler.transform(series)
    np.testing.assert_allclose(np.nanmean(scaled[:40], 0), 0, atol=1e-12)
    np.testing.assert_allclose(np.nanstd(scaled[:40], 0), [1, 1, 0], atol=1e-12)
    assert np.isnan(scaled[4, 0])
    np.testing.assert_allclose(scaler.inverse_transform(scaled), series)
    forecast = scaled[:6, 1].reshape(2, 3)  # windows of one column
    np.testing.assert_allclose(scaler.inverse_transform(forecast, column=1), series[:6, 1].reshape(2, 3))
    table = data.Series(pynn.tensor(series.astype(np.float32)), None, ["a", "b", "c"])
    assert isinstance(scaler.transform(table), data.Series)
    single = data.SeriesScaler().fit([1.0, 3.0])
    assert single.transform(pynn.tensor([[[5.0]]])).tolist() == [[[3.0]]]
    with pytest.raises(ValueError, match="column"):
        scaler.transform(forecast[:, :2])


def test_naive_forecasts():
    x = np.arange(24.0).reshape(2, 12)
    assert data.naive_forecast(x, 2).tolist() == [[11, 11], [23, 23]]
    assert data.naive_forecast(x, 5, season=3).tolist() == [[9, 10, 11, 9, 10], [21, 22, 23, 21, 22]]
    windows = data.SeriesWindows(np.arange(30) % 4, 8, 6)
    x, y = windows.take(slice(None))
    forecast = data.naive_forecast(x, 6, season=4)
    assert isinstance(forecast, pynn.Tensor)
    assert forecast[..., 0].tolist() == y.tolist()  # nothing but a season: the forecast is right


def test_measures_by_hand():
    assert data.smape([0.0, 1.0], [0.0, 3.0]) == pytest.approx(50)
    assert data.smape([1.0], [-1.0]) == 200
    history = np.array([0.0, 10, 1, 12, 0, 11])
    assert data.mase([[3.0], [5.0]], [[2.0], [8.0]], history, season=2) == pytest.approx(2 / 1.25)
    truth = np.arange(20.0) ** 1.5
    errors = data.mase(truth[:-1], truth[1:], truth)
    assert errors == pytest.approx(1)  # the naive forecast, measured by itself
    assert data.mase(pynn.tensor(truth[:-1]), pynn.tensor(truth[1:]), truth) == pytest.approx(1, rel=1e-5)


def test_measures_in_fit():
    model = pynn.nn.Linear(2, 1)
    model.compile("sgd", "mse", metrics=[data.smape])
    history = model.fit(pynn.ones(4, 2), pynn.ones(4, 1), epochs=1, verbose=0)
    assert 0 <= history["smape"][0] <= 200
