/* rlp.h: Recursive Length Prefix (Ethereum yellow paper, appendix B): writing into the caller's buffer, and strict
 * reading: one encoding only. Pure; any thread. */
#ifndef VD_CHAIN_RLP_H
#define VD_CHAIN_RLP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes backwards, from the end of the buffer, so that a list's length is known when its head is written: the last
 * item first. Begin with rlp_writer.at = size. */
struct vd_rlp_writer {
  uint8_t *bytes;
  size_t size;
  size_t at;        /* where the first written byte is */
  bool has_failed;  /* the buffer was too small; what follows does nothing */
};

void vd_rlp_begin(struct vd_rlp_writer *writer, uint8_t *bytes, size_t size);
void vd_rlp_bytes(struct vd_rlp_writer *writer, const uint8_t *bytes, size_t len);
/* A number: big-endian without leading zeros; the second takes one of len bytes that may have some. */
void vd_rlp_number(struct vd_rlp_writer *writer, uint64_t number);
void vd_rlp_scalar(struct vd_rlp_writer *writer, const uint8_t *bytes, size_t len);
/* The head of a list whose items were written since `end` (the value of writer->at before them). */
void vd_rlp_list(struct vd_rlp_writer *writer, size_t end);

struct vd_rlp_reader {
  const uint8_t *bytes;
  size_t len;      /* what is left */
  bool has_failed; /* malformed or not the shortest form; what follows does nothing */
};

void vd_rlp_read(struct vd_rlp_reader *reader, const uint8_t *bytes, size_t len);
/* The next item, a string: a view; empty after a failure. */
const uint8_t *vd_rlp_read_bytes(struct vd_rlp_reader *reader, size_t *len);
uint64_t vd_rlp_read_number(struct vd_rlp_reader *reader); /* fails over 2^64 - 1 or with a leading zero */
/* Goes into the next item, a list: its content is `inside`; the reader stands behind it. */
void vd_rlp_read_list(struct vd_rlp_reader *reader, struct vd_rlp_reader *inside);
/* Whether everything was read and nothing has failed. */
bool vd_rlp_is_at_end(const struct vd_rlp_reader *reader);
#endif
