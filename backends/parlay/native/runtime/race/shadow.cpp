#include "shadow.h"

#include <sys/mman.h>

namespace unseq::race {

namespace {

constexpr std::size_t kPage = std::size_t{2} << 20;  // a huge one: what is given back must not split any

// Zeroes cells; whole pages are given back to the kernel.
void zero(Cell* first, std::size_t count) {
  auto begin = reinterpret_cast<std::uintptr_t>(first);
  const std::uintptr_t end = begin + count * sizeof(Cell);
  const std::uintptr_t pages_begin = (begin + kPage - 1) & ~(kPage - 1);
  const std::uintptr_t pages_end = end & ~(kPage - 1);
  const auto fill = [](std::uintptr_t from, std::uintptr_t to) {
    using Zeros [[gnu::vector_size(sizeof(Cell)), gnu::may_alias]] = std::uint64_t;
    for (auto* cell = reinterpret_cast<volatile Zeros*>(from); reinterpret_cast<std::uintptr_t>(cell) < to; ++cell) {
      *cell = Zeros{};
    }
  };
  if (pages_end > pages_begin) {
    fill(begin, pages_begin);
    madvise(reinterpret_cast<void*>(pages_begin), pages_end - pages_begin, MADV_DONTNEED);
    fill(pages_end, end);
  } else {
    fill(begin, end);
  }
}

}  // namespace

Shadow::Chunk& Shadow::map_chunk(std::uintptr_t address) {
  const std::size_t number = (address >> kChunkBits) & (kChunks - 1);
  chunks_[number].words = static_cast<Cell*>(map_pages(kChunk / 4 * sizeof(Cell)));
  madvise(chunks_[number].words, kChunk / 4 * sizeof(Cell), MADV_HUGEPAGE);
  mapped_.reserve(mapped_count_ + 1);
  mapped_[mapped_count_++] = number;
  return chunks_[number];
}

void Shadow::split(Chunk& chunk, std::size_t word) {
  if (chunk.bytes == nullptr) chunk.bytes = static_cast<Cell*>(map_pages(kChunk * sizeof(Cell)));
  for (std::size_t i = 0; i < 4; ++i) chunk.bytes[4 * word + i] = chunk.words[word];
  chunk.words[word].write.strand = kSplit;
}

void Shadow::clear(std::uintptr_t address, std::size_t n) {
  // A split word at an edge loses only the bytes meant; a whole one is split first.
  const auto edge = [&](std::uintptr_t from, std::uintptr_t to) {
    if (from >= to || find(from) == nullptr) return;
    Chunk& chunk = chunk_of(from);
    if (chunk.words[(from & (kChunk - 1)) >> 2].write.strand == 0 &&
        chunk.words[(from & (kChunk - 1)) >> 2].read.strand == 0) {
      return;
    }
    visit(from, to - from, [](Cell& cell, std::uintptr_t, std::size_t) { cell = Cell{}; });
  };
  const std::uintptr_t end = address + n;
  const std::uintptr_t first_word = (address + 3) & ~std::uintptr_t{3};
  const std::uintptr_t last_word = end & ~std::uintptr_t{3};
  if (first_word >= last_word) {
    const std::uintptr_t boundary = (address | 3) + 1;
    edge(address, end < boundary ? end : boundary);
    if (end > boundary) edge(boundary, end);
    return;
  }
  edge(address, first_word);
  edge(last_word, end);
  for (std::uintptr_t at = first_word; at < last_word;) {
    const std::uintptr_t chunk_end = (at | (kChunk - 1)) + 1;
    const std::uintptr_t stop = last_word < chunk_end ? last_word : chunk_end;
    if (const Chunk* chunk = find(at)) zero(chunk->words + ((at & (kChunk - 1)) >> 2), (stop - at) / 4);
    at = stop;
  }
}

void Shadow::clear_all() {
  for (std::size_t i = 0; i < mapped_count_; ++i) {
    const Chunk& chunk = chunks_[mapped_[i]];
    madvise(chunk.words, kChunk / 4 * sizeof(Cell), MADV_DONTNEED);
    if (chunk.bytes != nullptr) madvise(chunk.bytes, kChunk * sizeof(Cell), MADV_DONTNEED);
  }
}

}  // namespace unseq::race
