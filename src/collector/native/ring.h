/*
 * A ring of datagrams in memory that is shared with JavaScript: one writer (the receiving thread), one reader.
 *
 *   byte 0      control words of 32 bits, see `Word`; each side writes its own cache lines only
 *   byte 256    slots, packed, each aligned to 8 bytes; their room is a power of two
 *
 * A slot is its header (`struct slot`) and the datagram. Where the rest of the room is too short for the next slot,
 * the word RING_WRAP stands instead of a length and the next slot begins at the room's start. `head` and `tail` count
 * bytes since the start, modulo 2^32; head - tail are in use.
 *
 * A reader that keeps up leaves most of a large ring alone: where it has read everything, the writer begins at the
 * room's start again (`ring_rewind`), so that only what a pause really needs is ever touched. It says so in a word
 * and not in the room, because the place that it leaves from may be written over before the reader comes there.
 *
 * A mark is a slot without a datagram, RING_MARK instead of a length: it tells the reader something at its place among
 * the datagrams (`Mark`).
 *
 * ring.ts reads this layout: change both together, and RING_LAYOUT with them, so that an addon of other source is
 * refused.
 */
#ifndef TENHERTZ_RING_H
#define TENHERTZ_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_LAYOUT 3
#define RING_CONTROL_BYTES 256
/* Two of the largest datagrams fit into the smallest room, so any fits wherever the empty ring stands. */
#define RING_MIN_ROOM (256 * 1024)
#define RING_MAX_ROOM (1024 * 1024 * 1024)
#define RING_WRAP UINT32_MAX
#define RING_MARK (UINT32_MAX - 1)
/* How far the writer goes at least before it begins again. */
#define RING_REWIND_BYTES (1024 * 1024)

/* Indexes of control words. Counts are modulo 2^32; the reader sums up what they grow by. */
enum Word {
  WORD_HEAD = 0,
  WORD_RECEIVED = 1,
  WORD_RING_DROPPED = 2,
  WORD_KERNEL_DROPPED = 3,
  WORD_ERRORS = 4,
  WORD_THINNED = 5,
  WORD_FORWARDED = 6,
  WORD_FORWARD_FAILED = 7,
  /* Where the reader goes to the room's start, plus one (places are multiples of 8); 0 where it need not. */
  WORD_REWIND = 8,
  WORD_TAIL = 32,
};

/* What a mark says, in `source[0]`: the agents of its bucket are handed over to the ring `source[1]`, or come from it, by
 * the move with the number `source[2]`. */
enum Mark {
  MARK_LEAVE = 1,
  MARK_ARRIVE = 2,
};

struct slot {
  uint32_t length;
  /* Of its agent, where there are several rings: see dispatch.h. */
  uint32_t bucket;
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
  /* What WORD_REWIND says. */
  uint32_t rewind;
};

/* Lays the ring over `bytes` of zeroed memory. False where they are not aligned or not of a size that it can use. */
bool ring_init(struct ring *ring, void *memory, size_t bytes);

/* Copies a datagram behind the others; false when the ring is too full. Nothing is seen before `ring_publish`. */
bool ring_push(struct ring *ring, const struct slot *slot, const uint8_t *datagram);

/* Whether a mark finds room; and puts one behind the datagrams, where it does. */
bool ring_has_mark_room(struct ring *ring);
void ring_mark(struct ring *ring, const struct slot *slot);

/* Asks where the reader is, and begins at the room's start again if nothing waits for it. */
void ring_rewind(struct ring *ring);

/* How full the ring was when the reader's place was last asked: 0 up to half of it, UINT32_MAX where nothing is free. */
uint32_t ring_pressure(const struct ring *ring);

/* Lets the reader see what was pushed. */
void ring_publish(struct ring *ring);

/* Only the writing thread counts, so an ordinary addition will do. */
void ring_count(struct ring *ring, enum Word word, uint32_t more);

#endif
