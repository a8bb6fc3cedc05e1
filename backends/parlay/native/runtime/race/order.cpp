#include "order.h"

#include <algorithm>

namespace unseq::race {

// ---- what happened -------------------------------------------------------------------------------------

void Order::restart() {
  first_number_ += variables_used_;
  variables_used_ = 0;
  operations_used_ = places_used_ = 1;
  path_used_ = 0;
  fenced_ = 0;
  last_ = {};
}

Order::Index Order::variable(const Atomic& a) {
  Index number = 0;
  const auto look = [&](Cell& cell, std::uintptr_t at, std::size_t) {
    if (at != a.address) return;
    if (cell.write.strand < first_number_) cell.write.strand = first_number_ + variables_used_;
    number = cell.write.strand - first_number_;
  };
  numbers_.visit(a.address, a.size < 4 || a.address % 4 != 0 ? 1 : 4, look);
  if (number == variables_used_) {
    variables_.reserve(++variables_used_);
    variables_[number] = Variable{a.before, a.before, 0, 0, 0, 0, a.size};
  }
  return number;
}

// Where the running strand is; 0 below tasks.
Order::Index Order::place(const Labels& labels) {
  const std::size_t depth = labels.depth();
  std::size_t known = depth;
  for (; known > 0; --known) {
    if (known > path_used_) continue;
    const Place& p = places_[path_[known - 1]];
    const Fork fork = labels.level(known - 1);
    if (p.first == fork.first && p.current == fork.current) break;
  }
  path_.reserve(depth);
  for (; known < depth; ++known) {
    const Fork fork = labels.level(known);
    path_used_ = known;
    if (fork.scope) return 0;
    places_.reserve(places_used_ + 1);
    places_[places_used_] = Place{fork.first, fork.current, known == 0 ? 0 : path_[known - 1]};
    path_[known] = places_used_++;
    path_used_ = known + 1;
  }
  return path_[depth - 1];
}

void Order::add(const Operation& o) {
  operations_.reserve(operations_used_ + 1);
  operations_[operations_used_++] = o;
}

bool Order::performed(const Labels& labels, const Atomic& atomic) {
  Atomic a = atomic;
  Variable& v = variables_[variable(a)];
  Index where = operations_used_ < kMostOperations ? place(labels) : 0;
  if (a.size > v.size && !a.writes) {  // several variables are read at once, of which this is the first
    a.before &= (std::uint64_t{1} << 8 * v.size) - 1;
  } else if (a.size != v.size) {
    where = 0;
  }
  const Index head = a.reads ? v.head : 0;
  const bool acquire = a.reads && acquires(a.order);
  met_ = met_ || (a.reads && labels.parallel(v.written)) || (a.writes && labels.parallel(v.read));
  if (a.reads) v.read = labels.running();
  if (a.writes) v.written = labels.running();
  if (where == 0) {
    if (a.writes) v.head = 0, v.size = 0;  // its values are not known from now on
    return false;
  }
  if (!a.writes && !acquire && head == 0) return false;
  const std::uint32_t pc = low_half(a.pc);
  Operation o{a.before, v.least, v.most, labels.running(), 0, where, static_cast<Index>(&v - &variables_[0]), head, 0, 0, v.last,
              pc, acquire, a.writes};
  if (a.writes) {
    if (releases(a.order)) {
      o.released = o.segment;
    } else if (labels.same_strand(fenced_)) {
      o.released = fenced_;
    }
    if (o.released != 0) {
      o.chain = head;
      o.sequence = head != 0 ? operations_[head].sequence : operations_used_;
      v.head = operations_used_;
    } else if (!a.reads) {
      v.head = 0;
    }
    v.least = std::min(v.least, a.after), v.most = std::max(v.most, a.after);
    v.last = operations_used_;
  } else if (operations_used_ > 1) {  // one that repeats the last one adds nothing
    const Operation& p = operations_[operations_used_ - 1];
    if (labels.same_strand(p.segment) && !p.writes && p.variable == o.variable && p.pc == pc && p.head == head) return false;
  }
  add(o);
  return true;
}

bool Order::fence(const Labels& labels, int order) {
  if (acquires(order)) {  // what was read in relaxed order is acquired now
    const Index end = operations_used_;
    for (Index i = end; i-- > 1 && end - i <= kValues && labels.same_strand(operations_[i].segment);) {
      Operation o = operations_[i];
      if (o.acquires || o.head == 0 || operations_used_ == kMostOperations) continue;
      o.segment = labels.running();
      o.acquires = true;
      o.writes = false;
      add(o);
    }
  }
  if (releases(order)) fenced_ = labels.running();
  return true;
}

// ---- questions -----------------------------------------------------------------------------------------

bool Order::before_now(const Labels& labels, Strand segment, std::uint32_t earlier, std::uint32_t later) {
  if (operations_used_ == 1) return false;
  const Strand running = labels.running();
  if (last_.segment == segment && last_.running == running && last_.earlier == earlier && last_.later == later) {
    return last_.answer;
  }
  const Index where = place(labels);
  asked_.reserve(operations_used_);
  budget_ = kBudget;
  const bool answer = where != 0 && before(segment, Point{running, where}, earlier == later ? earlier : 0);
  last_ = {segment, running, earlier, later, answer};
  return answer;
}

// The first operation that ended this segment or a later one.
Order::Index Order::first_after(Strand segment) const {
  Index lo = 1, hi = operations_used_;
  while (lo < hi) {
    const Index mid = lo + (hi - lo) / 2;
    if (operations_[mid].segment < segment) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  return lo;
}

// By forks and joins alone.
bool Order::before(Strand s, Point point) const {
  if (s > point.segment) return false;
  for (Index p = point.place; p != 0; p = places_[p].parent) {
    if (s >= places_[p].current) return true;
    if (s >= places_[p].first) return false;
  }
  return true;
}

// What was acquired before a point and after the segment s, the last first; until `f` says that it is enough.
template <typename F>
bool Order::acquired(Strand s, Point point, const F& f) {
  Strand end = point.segment;
  for (Index p = point.place; p != 0 && end > s; end = places_[p].first, p = places_[p].parent) {
    const Strand least = std::max(places_[p].current, s + 1);
    for (Index i = first_after(end); i-- > 1 && operations_[i].segment >= least && spend();) {
      if (operations_[i].acquires && operations_[i].head != 0 && f(operations_[i])) return true;
    }
  }
  return false;
}

// By chains of releases and acquires, sought backwards from what was acquired last; `same`: the instruction of both
// accesses, 0 if they differ.
bool Order::before(Strand s, Point now, std::uint32_t same) {
  const auto hands_over = [&](const Operation& reader, Index r) {
    return tells(reader, operations_[r]) && (same == 0 || !passed(s, reader, r));
  };
  // Most often it is one of the first releases of s's own strand, that was acquired directly.
  Index first[kNear];
  std::size_t count = 0;
  const Index begin = first_after(s);
  for (Index i = begin; i < operations_used_ && i - begin < kScanned && count < kNear && spend(); ++i) {
    if (before(s, operations_[i].point())) first[count++] = i;
  }
  const auto directly = [&](const Operation& reader) {
    return std::any_of(first, first + count, [&](Index r) {
      return r <= reader.head && operations_[r].sequence == operations_[reader.head].sequence && hands_over(reader, r);
    });
  };
  if (acquired(s, now, directly)) return true;

  const Index question = ++question_;
  const std::size_t others = points_used_;
  const auto ask = [&](Point point) {
    points_.reserve(points_used_ + 1);
    points_[points_used_++] = point;
  };
  bool found = false;
  for (ask(now); points_used_ > others && !found;) {
    found = acquired(s, points_[--points_used_], [&](const Operation& reader) {
      for (Index r = reader.head; r != 0 && operations_[r].segment >= s && spend(); r = operations_[r].chain) {
        if (before(s, operations_[r].point())) {
          if (hands_over(reader, r)) return true;
        } else if (asked_[r] != question && tells(reader, operations_[r])) {
          asked_[r] = question;
          ask(operations_[r].point());
        }
      }
      return false;
    });
  }
  points_used_ = others;
  return found;
}

// Whether a modification comes before the reader, which cannot have seen what was there before it.
bool Order::overwritten(const Operation& o, const Operation& reader) {
  const Point point{reader.segment, reader.place};
  if (before(o.segment, point)) return true;
  if (depth_ == kDepth) return false;
  ++depth_;
  const bool ordered = before(o.segment, point, 0);
  --depth_;
  return ordered;
}

// Whether the reader cannot have seen the value that it read before the release.
bool Order::tells(const Operation& reader, const Operation& release) {
  if (reader.seen < release.least || reader.seen > release.most) return true;
  const Operation* o = &release;
  for (std::size_t k = 0; k < kValues; ++k) {
    if (o->seen == reader.seen) return overwritten(*o, reader);
    if (o->earlier == 0) return true;
    o = &operations_[o->earlier];
    if (before(o->segment, Point{reader.segment, reader.place})) return true;
  }
  return false;
}

// Whether the releasing strand carried out the reader's instruction on the same variable before the segment s.
bool Order::passed(Strand s, const Operation& reader, Index release) const {
  const Operation& r = operations_[release];
  const Strand least = places_[r.place].current;
  for (Index i = release; i-- > 1 && operations_[i].segment >= least;) {
    const Operation& o = operations_[i];
    if (release - i > kBudget) return true;
    if (o.segment < s && o.variable == r.variable && o.pc == reader.pc) return true;
  }
  return false;
}

}  // namespace unseq::race
