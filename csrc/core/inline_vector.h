// inline_vector.h — a vector whose first N elements need no heap: what a node keeps of its few inputs.
#pragma once
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <new>
#include <utility>

namespace pynn {

template <class T, size_t N>
class InlineVector {
 public:
  InlineVector() = default;
  InlineVector(std::initializer_list<T> items) {
    for (const T& item : items) push_back(item);
  }
  InlineVector(const InlineVector& other) {
    reserve(other.size_);
    for (const T& item : other) push_back(item);
  }
  InlineVector(InlineVector&& other) noexcept { take(other); }
  InlineVector& operator=(InlineVector other) noexcept {
    clear();
    release_heap();
    take(other);
    return *this;
  }
  ~InlineVector() {
    clear();
    release_heap();
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }

  void push_back(T item) {
    if (size_ == capacity_) reserve(2 * capacity_);
    new (data_ + size_++) T(std::move(item));
  }
  void resize(size_t n) {
    reserve(n);
    while (size_ > n) data_[--size_].~T();
    while (size_ < n) new (data_ + size_++) T();
  }
  void clear() {
    while (size_ > 0) data_[--size_].~T();
  }
  void reserve(size_t n) {
    if (n <= capacity_) return;
    T* grown = std::allocator<T>().allocate(n);
    for (size_t i = 0; i < size_; ++i) {
      new (grown + i) T(std::move(data_[i]));
      data_[i].~T();
    }
    release_heap();
    data_ = grown;
    capacity_ = n;
  }

 private:
  T* inline_data() { return reinterpret_cast<T*>(room_); }
  void release_heap() {
    if (data_ != inline_data()) std::allocator<T>().deallocate(data_, capacity_);
    data_ = inline_data();
    capacity_ = N;
  }
  void take(InlineVector& other) {  // this one is empty and on its inline room
    if (other.data_ != other.inline_data()) {
      data_ = std::exchange(other.data_, other.inline_data());
      capacity_ = std::exchange(other.capacity_, N);
      size_ = std::exchange(other.size_, 0);
      return;
    }
    for (T& item : other) push_back(std::move(item));
    other.clear();
  }

  alignas(T) unsigned char room_[N * sizeof(T)];
  T* data_ = inline_data();
  size_t size_ = 0, capacity_ = N;
};

}  // namespace pynn
