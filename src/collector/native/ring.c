#include "ring.h"

#include <string.h>

bool ring_init(struct ring *ring, void *memory, size_t bytes) {
  if (bytes < RING_CONTROL_BYTES || ((uintptr_t)memory & 7) != 0) return false;
  size_t size = bytes - RING_CONTROL_BYTES;
  if (size < RING_MIN_ROOM || size > RING_MAX_ROOM || (size & (size - 1)) != 0) return false;
  ring->words = memory;
  ring->room = (uint8_t *)memory + RING_CONTROL_BYTES;
  ring->size = (uint32_t)size;
  ring->head = 0;
  ring->tail = 0;
  ring->rewind = 0;
  return true;
}

static void set_rewind(struct ring *ring, uint32_t rewind) {
  ring->rewind = rewind;
  atomic_store_explicit(&ring->words[WORD_REWIND], rewind, memory_order_relaxed);
}

/* The start of the next round of the room. */
static uint32_t next_round(const struct ring *ring, uint32_t at) { return (at | (ring->size - 1)) + 1; }

/* A reader that has yet to go to the start does not need what lies before it. */
static void ask_tail(struct ring *ring) {
  uint32_t tail = atomic_load_explicit(&ring->words[WORD_TAIL], memory_order_acquire);
  if ((tail | 1) == ring->rewind) tail = next_round(ring, tail);
  else if (ring->rewind != 0) set_rewind(ring, 0);
  ring->tail = tail;
}

void ring_rewind(struct ring *ring) {
  ask_tail(ring);
  uint32_t at = ring->head & (ring->size - 1);
  if (ring->tail != ring->head || at < RING_REWIND_BYTES || ring->rewind != 0) return;
  set_rewind(ring, ring->head | 1);
  ring->head = next_round(ring, ring->head);
  ring->tail = ring->head;
}

uint32_t ring_pressure(const struct ring *ring) {
  uint32_t used = ring->head - ring->tail;
  uint32_t half = ring->size / 2;
  if (used <= half) return 0;
  return used >= ring->size ? UINT32_MAX : (uint32_t)((uint64_t)(used - half) * UINT32_MAX / half);
}

/* Asks where the reader is only when the ring looks too full: its cache line is the reader's otherwise. */
static bool has_free(struct ring *ring, uint32_t bytes) {
  if (ring->size - (ring->head - ring->tail) >= bytes) return true;
  ask_tail(ring);
  return ring->size - (ring->head - ring->tail) >= bytes;
}

/* Bytes that a slot takes from `head` on, those left out in front of it among them. */
static uint32_t bytes_for(const struct ring *ring, uint32_t length) {
  uint32_t bytes = (uint32_t)((sizeof(struct slot) + length + 7) & ~(size_t)7);
  uint32_t rest = ring->size - (ring->head & (ring->size - 1));
  return rest < bytes ? rest + bytes : bytes;
}

/* Goes on by that much. Returns the slot's place. */
static uint8_t *take_place(struct ring *ring, uint32_t length) {
  uint32_t bytes = (uint32_t)((sizeof(struct slot) + length + 7) & ~(size_t)7);
  uint32_t at = ring->head & (ring->size - 1);
  uint32_t rest = ring->size - at;
  if (rest < bytes) {
    uint32_t wrap = RING_WRAP;
    memcpy(ring->room + at, &wrap, sizeof wrap);
    ring->head += rest;
    at = 0;
  }
  ring->head += bytes;
  return ring->room + at;
}

bool ring_push(struct ring *ring, const struct slot *slot, const uint8_t *datagram) {
  if (!has_free(ring, bytes_for(ring, slot->length))) return false;
  uint8_t *place = take_place(ring, slot->length);
  memcpy(place, slot, sizeof *slot);
  memcpy(place + sizeof *slot, datagram, slot->length);
  return true;
}

bool ring_has_mark_room(struct ring *ring) { return has_free(ring, bytes_for(ring, 0)); }

void ring_mark(struct ring *ring, const struct slot *slot) { memcpy(take_place(ring, 0), slot, sizeof *slot); }

void ring_publish(struct ring *ring) {
  atomic_store_explicit(&ring->words[WORD_HEAD], ring->head, memory_order_release);
}

void ring_count(struct ring *ring, enum Word word, uint32_t more) {
  if (more == 0) return;
  uint32_t count = atomic_load_explicit(&ring->words[word], memory_order_relaxed);
  atomic_store_explicit(&ring->words[word], count + more, memory_order_relaxed);
}
