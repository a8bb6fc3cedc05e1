// All primitives.
#ifndef PARLAY_PRIMITIVES_H_
#define PARLAY_PRIMITIVES_H_

#include "internal/bulk.h"
#include "internal/collect.h"
#include "internal/group_by.h"
#include "internal/integer_sort.h"
#include "internal/merge_sort.h"
#include "internal/order.h"
#include "internal/pack.h"
#include "internal/search.h"
#include "internal/tokens.h"

#include "delayed.h"
#include "delayed_sequence.h"
#include "monoid.h"
#include "parallel.h"
#include "random.h"
#include "range.h"
#include "sequence.h"
#include "slice.h"
#include "type_traits.h"
#include "utilities.h"

#endif
