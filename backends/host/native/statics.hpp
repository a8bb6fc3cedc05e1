// The static memory of the library under test: its variables of static storage duration, and this thread's copies of its
// thread-local ones. Put back before each measured call, so that no call can live on what an earlier one left there, and
// compared after it, so that one knows who keeps something. Included by host.cpp only.
//
// Left out is what the loader writes: constants after relocation, and the table of functions that are bound when first
// called.
#ifndef UNSEQ_STATICS_HPP_
#define UNSEQ_STATICS_HPP_

#include <elf.h>
#include <link.h>

#include <cstring>
#include <vector>

#include "wire.hpp"

namespace {

class statics {
 public:
  // Remembers what `library` (as dlopen gave it) holds now.
  void remember(void *library) {
    map = static_cast<link_map *>(library);
    dl_iterate_phdr([](dl_phdr_info *info, std::size_t, void *self) { return static_cast<statics *>(self)->look(*info); },
                    this);
    for (range &one : ranges) one.before.assign(one.start, one.start + one.size);
  }

  // Whether anything was changed since, or since this was asked last.
  bool changed() {
    bool found = false;
    for (range &one : ranges) {
      if (std::memcmp(one.start, one.before.data(), one.size) == 0) continue;
      found = true;
      std::memcpy(one.before.data(), one.start, one.size);
    }
    return found;
  }

  // Puts all of it back.
  void restore() {
    for (const range &one : ranges) std::memcpy(one.start, one.before.data(), one.size);
    if (const char *image = thread_image(); image != nullptr && thread_start != nullptr) {
      std::memcpy(thread_start, image, thread_filled);
      std::memset(thread_start + thread_filled, 0, thread_size - thread_filled);
    }
  }

 private:
  struct range {
    char *start;
    std::size_t size;
    std::vector<char> before;
  };
  link_map *map = nullptr;
  std::vector<range> ranges;
  const char *thread_from = nullptr;
  char *thread_start = nullptr;
  std::size_t thread_size = 0, thread_filled = 0;

  // The loader may give this thread its copies at any call.
  const char *thread_image() {
    if (thread_from == nullptr) return nullptr;
    dl_iterate_phdr(
        [](dl_phdr_info *info, std::size_t, void *self) {
          auto &own = *static_cast<statics *>(self);
          if (info->dlpi_addr != own.map->l_addr) return 0;
          own.thread_start = static_cast<char *>(info->dlpi_tls_data);
          return 1;
        },
        this);
    return thread_from;
  }

  int look(const dl_phdr_info &info) {
    if (info.dlpi_addr != map->l_addr) return 0;
    const char *constant = nullptr, *constant_end = nullptr, *bound = nullptr;
    u64 bound_size = 0;
    for (int k = 0; k < info.dlpi_phnum; k++) {
      const ElfW(Phdr) &part = info.dlpi_phdr[k];
      const char *start = reinterpret_cast<const char *>(info.dlpi_addr + part.p_vaddr);
      if (part.p_type == PT_GNU_RELRO) {
        constant = start;
        constant_end = start + part.p_memsz;
      } else if (part.p_type == PT_TLS) {
        thread_from = start;
        thread_size = part.p_memsz;
        thread_filled = part.p_filesz;
      }
    }
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
      if (entry->d_tag == DT_PLTGOT) bound = reinterpret_cast<const char *>(entry->d_un.d_ptr);
      if (entry->d_tag == DT_PLTRELSZ) bound_size = (entry->d_un.d_val / sizeof(ElfW(Rela)) + 3) * sizeof(void *);
    }
    for (int k = 0; k < info.dlpi_phnum; k++) {
      const ElfW(Phdr) &part = info.dlpi_phdr[k];
      if (part.p_type != PT_LOAD || (part.p_flags & PF_W) == 0) continue;
      char *start = reinterpret_cast<char *>(info.dlpi_addr + part.p_vaddr), *end = start + part.p_memsz;
      start = without(start, end, constant, constant_end);
      add(start, end, bound, bound == nullptr ? nullptr : bound + bound_size);
    }
    return 1;
  }

  // [start, end) behind what of it lies before `to`.
  static char *without(char *start, char *end, const char *from, const char *to) {
    return from <= start && start < to ? (to < end ? const_cast<char *>(to) : end) : start;
  }

  // [start, end) but for [from, to).
  void add(char *start, char *end, const char *from, const char *to) {
    if (from == nullptr || to <= start || from >= end) {
      keep(start, end);
    } else {
      keep(start, const_cast<char *>(from));
      keep(const_cast<char *>(to), end);
    }
  }

  void keep(char *start, char *end) {
    if (start < end) ranges.push_back({start, static_cast<std::size_t>(end - start), {}});
  }
};

}  // namespace

#endif
