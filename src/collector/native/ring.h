/*
 * A ring of datagrams in memory that is shared with JavaScript: one writer (the receiving thread), one reader.
 *
 *   byte 0      control words of 32 bits, see `Word`; each side writes its own cache lines only
 *   byte 256    slots, packed, each aligned to 8 bytes; their room is a power of two
 *
 * A slot is its header (`struct slot`) and the datagram. Where the rest of the room is too short for the next slot,
 * the word RING_WRAP stands instead of a length and the next slot begins at the room's start. `head` and `tail` count
 * bytes since the start, modulo 2^32; head - tail are in use. ring.ts reads this layout: change both together, and
 * RING_LAYOUT with them, so that an addon of other source is refused.
 */
#ifndef TENHERTZ_RING_H
#define TENHERTZ_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_LAYOUT 1
#define RING_CONTROL_BYTES 256
/* Two of the largest datagrams fit into the smallest room, so any fits wherever the empty ring stands. */
#define RING_MIN_ROOM (256 * 1024)
#define RING_MAX_ROOM (1024 * 1024 * 1024)
#define RING_WRAP UINT32_MAX

/* Indexes of control words. Counts are modulo 2^32; the reader sums up what they grow by. */
enum Word {
  WORD_HEAD = 0,
  WORD_RECEIVED = 1,
  WORD_RING_DROPPED = 2,
  WORD_KERNEL_DROPPED = 3,
  WORD_ERRORS = 4,
  WORD_TAIL = 32,
};

struct slot {
  uint32_t length;
  uint32_t unused;
  /* As an IPv6 address of four words in the machine's order; IPv4 is mapped (RFC 4291 2.5.5.2). */
  uint32_t source[4];
  /* When the kernel received it, in milliseconds of CLOCK_MONOTONIC. */
  double arrival_ms;
};
_Static_assert(sizeof(struct slot) == 32, "ring.ts knows the slot's size");

struct ring {
  _Atomic uint32_t *words;
  uint8_t *room;
  uint32_t size;
  /* The writer's own: bytes written, published by `ring_publish`; and the reader's place as last seen. */
  uint32_t head;
  uint32_t tail;
};

/* Lays the ring over `bytes` of zeroed memory. False where they are not aligned or not of a size that it can use. */
bool ring_init(struct ring *ring, void *memory, size_t bytes);

/* Copies a datagram behind the others; false when the ring is too full. Nothing is seen before `ring_publish`. */
bool ring_push(struct ring *ring, const struct slot *slot, const uint8_t *datagram);

/* Lets the reader see what was pushed. */
void ring_publish(struct ring *ring);

/* Only the writing thread counts, so an ordinary addition will do. */
void ring_count(struct ring *ring, enum Word word, uint32_t more);

#endif
