// Shadow memory: who last wrote and who last read each byte.
//
// A cell stands for an aligned word of four bytes. When a part of a word is accessed by itself, its cell
// is split into one for each byte. Memory is covered in chunks of 4 MB, mapped when first touched, and found
// through a table of all chunks that an address can lie in.
// Atomic accesses have a shadow of their own, since two of them never race.
#ifndef UNSEQ_RACE_SHADOW_H_
#define UNSEQ_RACE_SHADOW_H_

#include <cstddef>
#include <cstdint>

#include "labels.h"
#include "pages.h"

namespace unseq::race {

struct Slot {
  Strand strand;
  std::uint32_t pc;  // the low half of the return address

  // Both at once: the strand in the low half.
  void fill(std::uint64_t both) {
    static_assert(sizeof(Slot) == sizeof both && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
    __builtin_memcpy(this, &both, sizeof both);
  }
};

struct Cell {
  Slot write;
  Slot read;
};

inline constexpr Strand kSplit = 0xffffffffu;  // in Cell::write: see the bytes' cells

class Shadow {
 public:
  struct Chunk {
    Cell* words;  // null: never touched
    Cell* bytes;
  };

  static constexpr unsigned kChunkBits = 22;
  static constexpr std::size_t kChunk = std::size_t{1} << kChunkBits;

  // Calls visit(cell, address, bytes) for the cells of [address, address + n), splitting words that are
  // accessed in part.
  template <typename Visit>
  void visit(std::uintptr_t address, std::size_t n, const Visit& visit) {
    const std::uintptr_t end = address + n;
    while (address < end) {
      Chunk& chunk = chunk_of(address);
      const std::uintptr_t chunk_end = (address | (kChunk - 1)) + 1;
      const std::uintptr_t stop = end < chunk_end ? end : chunk_end;
      while (address < stop) address = visit_word(chunk, address, stop, visit);
    }
  }

  // The same without splitting or mapping: cells that were never touched are left out.
  template <typename Look>
  void look(std::uintptr_t address, std::size_t n, const Look& look) const {
    const std::uintptr_t end = address + n;
    while (address < end) {
      const std::uintptr_t word_end = (address | 3) + 1;
      const std::uintptr_t stop = end < word_end ? end : word_end;
      const Chunk* chunk = find(address);
      if (chunk == nullptr) {
        address = (address | (kChunk - 1)) + 1;
        continue;
      }
      const Cell& cell = chunk->words[(address & (kChunk - 1)) >> 2];
      if (cell.write.strand != kSplit) {
        look(cell, address, stop - address);
      } else {
        for (; address < stop; ++address) look(chunk->bytes[address & (kChunk - 1)], address, std::size_t{1});
      }
      address = stop;
    }
  }

  // To be called before anything else.
  void prepare() {
    if (chunks_ == nullptr) chunks_ = static_cast<Chunk*>(map_pages(kChunks * sizeof(Chunk)));
  }

  // The cell of an aligned word, or null when the long way must be gone: nothing mapped yet. The word may
  // be split.
  Cell* word(std::uintptr_t address) { return word(chunks_, address); }
  static Cell* word(const Chunk* table, std::uintptr_t address) {
    if (__builtin_expect(table == nullptr, 0)) return nullptr;
    Cell* const words = table[(address >> kChunkBits) & (kChunks - 1)].words;
    return __builtin_expect(words == nullptr, 0) ? nullptr : words + ((address & (kChunk - 1)) >> 2);
  }
  // The cell of a byte of a word that is split.
  static Cell* byte(const Chunk* table, std::uintptr_t address) {
    return table[(address >> kChunkBits) & (kChunks - 1)].bytes + (address & (kChunk - 1));
  }
  Chunk* table() { return chunks_; }

  // Splits every word of [address, address + n): whoever touches one goes the long way.
  void split_all(std::uintptr_t address, std::size_t n) {
    for (std::uintptr_t at = address & ~std::uintptr_t{3}; at < address + n; at += 4) {
      Chunk& chunk = chunk_of(at);
      const std::size_t word = (at & (kChunk - 1)) >> 2;
      if (chunk.words[word].write.strand != kSplit) split(chunk, word);
    }
  }
  bool any_split(std::uintptr_t address, std::size_t n) {
    for (std::uintptr_t at = address & ~std::uintptr_t{3}; at < address + n; at += 4) {
      const Cell* cell = word(at);
      if (cell == nullptr) {
        at = (at | (kChunk - 1)) - 3;
      } else if (cell->write.strand == kSplit) {
        return true;
      }
    }
    return false;
  }

  // Forgets who touched [address, address + n).
  void clear(std::uintptr_t address, std::size_t n);
  // Forgets everything.
  void clear_all();

 private:
  static constexpr std::size_t kChunks = std::size_t{1} << (47 - kChunkBits);  // of all addresses
  Chunk* chunks_ = nullptr;
  Pages<std::size_t> mapped_;  // numbers of the chunks that were touched
  std::size_t mapped_count_ = 0;

  const Chunk* find(std::uintptr_t address) const {
    const Chunk* chunk = &chunks_[(address >> kChunkBits) & (kChunks - 1)];
    return chunk->words == nullptr ? nullptr : chunk;
  }
  Chunk& chunk_of(std::uintptr_t address) {
    Chunk& chunk = chunks_[(address >> kChunkBits) & (kChunks - 1)];
    return __builtin_expect(chunk.words != nullptr, 1) ? chunk : map_chunk(address);
  }
  __attribute__((noinline)) Chunk& map_chunk(std::uintptr_t address);
  __attribute__((noinline)) void split(Chunk& chunk, std::size_t word);

  template <typename Visit>
  std::uintptr_t visit_word(Chunk& chunk, std::uintptr_t address, std::uintptr_t stop, const Visit& visit) {
    const std::size_t word = (address & (kChunk - 1)) >> 2;
    Cell& cell = chunk.words[word];
    if (__builtin_expect((address & 3) == 0 && stop - address >= 4 && cell.write.strand != kSplit, 1)) {
      visit(cell, address, std::size_t{4});
      return address + 4;
    }
    if (cell.write.strand != kSplit) split(chunk, word);
    const std::uintptr_t word_end = (address | 3) + 1;
    const std::uintptr_t end = stop < word_end ? stop : word_end;
    for (; address < end; ++address) visit(chunk.bytes[address & (kChunk - 1)], address, std::size_t{1});
    return end;
  }
};

}  // namespace unseq::race

#endif
