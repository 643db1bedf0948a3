#include "dispatch.h"

#include <arpa/inet.h>
#include <string.h>

/* sFlow version 5: version, type of the agent's address, the address. */
#define SFLOW_VERSION 5
#define ADDRESS_IPV4 1
#define ADDRESS_IPV6 2
#define ADDRESS_AT 8
#define MAPPED 0xffff
#define MS_PER_S 1000

bool dispatch_init(struct dispatch *dispatch, void *words, size_t bytes, struct ring *rings, int count) {
  if (bytes != DISPATCH_WORDS * sizeof(uint32_t) || ((uintptr_t)words & 3) != 0) return false;
  *dispatch = (struct dispatch){.words = words, .rings = rings, .count = count};
  return true;
}

static uint32_t get(const struct dispatch *dispatch, int word) {
  return atomic_load_explicit(&dispatch->words[word], memory_order_relaxed);
}

static void set(struct dispatch *dispatch, int word, uint32_t value) {
  atomic_store_explicit(&dispatch->words[word], value, memory_order_relaxed);
}

static uint32_t word_at(const uint8_t *bytes) {
  uint32_t word;
  memcpy(&word, bytes, sizeof word);
  return ntohl(word);
}

/* An address that many agents may state: 0.0.0.0, ::, and loopback. */
static bool is_anybodys(const uint32_t key[4]) {
  if (key[0] != 0 || key[1] != 0) return false;
  if (key[2] == 0) return key[3] <= 1;
  return key[2] == MAPPED && (key[3] == 0 || key[3] >> 24 == 127);
}

/* What tells the sender's agent: the address that it states, or where that is anybody's, the one that it sends from. */
static bool read_key(const struct slot *slot, const uint8_t *datagram, uint32_t key[4]) {
  if (slot->length < ADDRESS_AT + 4 || word_at(datagram) != SFLOW_VERSION) return false;
  uint32_t type = word_at(datagram + 4);
  if (type == ADDRESS_IPV4) {
    key[0] = 0;
    key[1] = 0;
    key[2] = MAPPED;
    key[3] = word_at(datagram + ADDRESS_AT);
  } else if (type == ADDRESS_IPV6 && slot->length >= ADDRESS_AT + 16) {
    for (int i = 0; i < 4; i++) key[i] = word_at(datagram + ADDRESS_AT + 4 * i);
  } else {
    return false;
  }
  if (is_anybodys(key)) memcpy(key, slot->source, sizeof slot->source);
  return true;
}

static uint32_t bucket_of(const struct dispatch *dispatch, const uint32_t key[4]) {
  uint32_t hash = get(dispatch, DISPATCH_SEED);
  for (int i = 0; i < 4; i++) {
    hash = (hash ^ key[i]) * 0x85ebca6bU;
    hash ^= hash >> 15;
  }
  return (hash * 0x9e3779b1U) >> 20;
}
_Static_assert(DISPATCH_BUCKETS == 1 << 12, "a bucket is the hash's 12 upper bits");

static int least_loaded(const struct dispatch *dispatch) {
  int least = 0;
  for (int i = 1; i < dispatch->count; i++)
    if (dispatch->recent[i] < dispatch->recent[least]) least = i;
  return least;
}

static void halve(struct dispatch *dispatch, double now_ms) {
  if (now_ms - dispatch->halved_ms < MS_PER_S) return;
  dispatch->halved_ms = now_ms;
  for (int i = 0; i < dispatch->count; i++) dispatch->recent[i] /= 2;
}

static bool move(struct dispatch *dispatch, uint32_t number, uint32_t bucket, uint32_t to, double now_ms) {
  if (bucket >= DISPATCH_BUCKETS || to >= (uint32_t)dispatch->count) return false;
  uint32_t from = get(dispatch, DISPATCH_RING + (int)bucket) - 1;
  if (from >= (uint32_t)dispatch->count || from == to) return false;
  struct ring *left = &dispatch->rings[from];
  struct ring *joined = &dispatch->rings[to];
  if (!ring_has_mark_room(left) || !ring_has_mark_room(joined)) return false;
  struct slot slot = {.length = RING_MARK, .bucket = bucket, .arrival_ms = now_ms};
  slot.source[0] = MARK_LEAVE;
  slot.source[1] = to;
  slot.source[2] = number;
  ring_mark(left, &slot);
  slot.source[0] = MARK_ARRIVE;
  slot.source[1] = from;
  ring_mark(joined, &slot);
  set(dispatch, DISPATCH_RING + (int)bucket, to + 1);
  return true;
}

void dispatch_moves(struct dispatch *dispatch, double now_ms) {
  halve(dispatch, now_ms);
  uint32_t asked = atomic_load_explicit(&dispatch->words[DISPATCH_ASKED], memory_order_acquire);
  uint32_t done = get(dispatch, DISPATCH_DONE);
  if (asked == done) return;
  for (; done != asked; done++) {
    uint32_t what = get(dispatch, DISPATCH_MOVES + (int)(done % DISPATCH_QUEUE));
    if (move(dispatch, done, what & 0xffff, what >> 16, now_ms))
      set(dispatch, DISPATCH_MOVED, get(dispatch, DISPATCH_MOVED) + 1);
  }
  atomic_store_explicit(&dispatch->words[DISPATCH_DONE], done, memory_order_release);
}

int dispatch_ring(struct dispatch *dispatch, struct slot *slot, const uint8_t *datagram) {
  uint32_t key[4];
  uint32_t cost = slot->length + DISPATCH_COST;
  if (!read_key(slot, datagram, key)) {
    dispatch->recent[0] += cost;
    return 0;
  }
  uint32_t bucket = bucket_of(dispatch, key);
  uint32_t ring = get(dispatch, DISPATCH_RING + (int)bucket) - 1;
  if (ring >= (uint32_t)dispatch->count) {
    ring = (uint32_t)least_loaded(dispatch);
    set(dispatch, DISPATCH_RING + (int)bucket, ring + 1);
  }
  set(dispatch, DISPATCH_LOAD + (int)bucket, get(dispatch, DISPATCH_LOAD + (int)bucket) + cost);
  dispatch->recent[ring] += cost;
  slot->bucket = bucket;
  return (int)ring;
}
