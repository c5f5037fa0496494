// im2col, col2im — the patches of an image as columns of a matrix, and their sum back into an image: what
// `unfold` and `fold` of pynn.nn.functional call. Each is the other's gradient.
#include "kernels/patches.h"
#include "ops/conv_shape.h"

namespace pynn {

namespace {

struct Patches {
  Ints kernel_size, dilation, padding, stride;
};

// The geometry of taking patches from (N, C, H, W).
ConvShape patch_shape(const char* op, const Shape& x, const Patches& patches) {
  Shape weight{1, x[1]};
  for (int i = 0; i < 2; ++i) {
    if (patches.kernel_size.n != 1 && patches.kernel_size.n != 2)
      throw ValueError(text(op, ": kernel_size must be one number or two, got ",
                            static_cast<const Dims&>(patches.kernel_size)));
    weight.push_back(patches.kernel_size[patches.kernel_size.n == 1 ? 0 : i]);
    if (weight.back() < 1)
      throw ValueError(
          text(op, ": kernel_size must be 1 or more, got ", static_cast<const Dims&>(patches.kernel_size)));
  }
  for (int64_t width : patches.padding)
    if (width < 0)
      throw ValueError(
          text(op, ": padding must be 0 or more, got ", static_cast<const Dims&>(patches.padding)));
  return conv_shape(op, x, weight,
                    conv_settings(op, 2, patches.stride, patches.padding, patches.dilation, 1));
}

Tensor im2col(const Tensor& x, const Patches& patches);
Tensor col2im(const Tensor& x, const Ints& output_size, const Patches& patches);

}  // namespace

struct Im2Col {
  static Tensor forward(Context& context, const Tensor& x, const Ints& kernel_size, const Ints& dilation,
                        const Ints& padding, const Ints& stride) {
    if (x.ndim() != 3 && x.ndim() != 4)
      throw ShapeError(text("unfold: got input ", x.shape(), "; expected (N, C, H, W) or (C, H, W)",
                            x.ndim() == 2 ? ". Did you mean x.unsqueeze(0)?" : ""));
    const bool alone = x.ndim() == 3;
    const Shape shape = alone ? Shape{1, x.size(0), x.size(1), x.size(2)} : x.shape();
    context.save(x.size(-2), x.size(-1), kernel_size, dilation, padding, stride);
    const ConvShape s = patch_shape("unfold", shape, {kernel_size, dilation, padding, stride});
    Shape columns{s.in_channels * s.taps(), s.out_size()};
    if (!alone) columns.insert(0, s.batch);
    const Tensor y = empty(columns, x.dtype()), in = x.contiguous();
    visit_float("unfold", x.dtype(), [&](auto element) {
      using T = decltype(element);
      patches_of(s, in.data<T>(), y.data<T>());
    });
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [height, width, kernel_size, dilation, padding, stride] =
        context.load<int64_t, int64_t, Ints, Ints, Ints, Ints>();
    return {col2im(dy, {height, width}, {kernel_size, dilation, padding, stride})};
  }
};

struct Col2Im {
  static Tensor forward(Context& context, const Tensor& x, const Ints& output_size, const Ints& kernel_size,
                        const Ints& dilation, const Ints& padding, const Ints& stride) {
    if (x.ndim() != 2 && x.ndim() != 3)
      throw ShapeError(
          text("fold: got input ", x.shape(), "; expected (N, C * KH * KW, L) or (C * KH * KW, L)"));
    if (output_size.n != 1 && output_size.n != 2)
      throw ValueError(
          text("fold: output_size must be one number or two, got ", static_cast<const Dims&>(output_size)));
    const bool alone = x.ndim() == 2;
    const int64_t taps = kernel_size.n == 2   ? kernel_size[0] * kernel_size[1]
                         : kernel_size.n == 1 ? kernel_size[0] * kernel_size[0]
                                              : 1;
    const int64_t rows = x.size(-2), channels = taps > 0 ? rows / taps : 0;
    Shape shape{alone ? 1 : x.size(0), channels, output_size[0], output_size.back()};
    numel(shape);
    const ConvShape s = patch_shape("fold", shape, {kernel_size, dilation, padding, stride});
    if (channels * taps != rows || s.out_size() != x.size(-1))
      throw ShapeError(text("fold: got input ", x.shape(), "; patches of ", s.kernel[1], " x ", s.kernel[2],
                            " of an image of ", s.in[1], " x ", s.in[2], " are (C * ", taps, ", ",
                            s.out_size(), ") for C channels"));
    context.save(kernel_size, dilation, padding, stride);
    if (alone) shape.erase(0);
    const Tensor y = empty(shape, x.dtype()), in = x.contiguous();
    visit_float("fold", x.dtype(), [&](auto element) {
      using T = decltype(element);
      sum_of_patches(s, in.data<T>(), y.data<T>());
    });
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [kernel_size, dilation, padding, stride] = context.load<Ints, Ints, Ints, Ints>();
    return {im2col(dy, {kernel_size, dilation, padding, stride})};
  }
};

static const Op& im2col_op = structured<Im2Col>({
    .name = "im2col",
    .args = {"x", "kernel_size", {"dilation", 1}, {"padding", 0}, {"stride", 1}},
    .formula =
        "y[n, (c, k, l), (i, j)] = x[n, c, i stride + k dilation − padding, j stride + l dilation − padding]",
    .gradient = "dx = col2im(dy): the sum of the places that an element went to",
    .reference = "patches(x, kernel_size, dilation, padding, stride)",
    .samples = {"randn(2, 3, 5, 6), (2, 3)", "randn(3, 7, 6), 3, (1, 2), (2, 1), 2", "randn(1, 2, 4, 4), 1",
                "randn(0, 3, 5, 5), 2"},
    .doc = "The patches of an image as columns: x (N, C, H, W) or (C, H, W), result (N, C KH KW, L) for L "
           "places "
           "of the kernel.",
    .home = Home::internal,
});

static const Op& col2im_op = structured<Col2Im>({
    .name = "col2im",
    .args = {"x", "output_size", "kernel_size", {"dilation", 1}, {"padding", 0}, {"stride", 1}},
    .formula = "y[n, c, q] = Σ_kp x[n, (c, k), p] over p stride + k dilation − padding = q",
    .gradient = "dx = im2col(dy)",
    .reference = "sum_of_patches(x, output_size, kernel_size, dilation, padding, stride)",
    .samples = {"randn(2, 18, 16), (5, 6), (2, 3)", "randn(12, 9), 6, 2, 2, 1, (2, 2)",
                "randn(0, 4, 16), 5, 2"},
    .doc = "The sum of patches, each added in its place: x (N, C KH KW, L) or (C KH KW, L), result (N, C, H, "
           "W) with "
           "(H, W) = `output_size`. Where patches overlap, they add up.",
    .home = Home::internal,
});

namespace {

Tensor im2col(const Tensor& x, const Patches& p) {
  return call(im2col_op, x, p.kernel_size, p.dilation, p.padding, p.stride);
}
Tensor col2im(const Tensor& x, const Ints& output_size, const Patches& p) {
  return call(col2im_op, x, output_size, p.kernel_size, p.dilation, p.padding, p.stride);
}

}  // namespace

}  // namespace pynn
