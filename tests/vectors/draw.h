/* draw.h: repeatable random values for documents that two implementations exchange. Not for secrets. */
#ifndef DRAW_H
#define DRAW_H

#include <frag/document.h>

struct draw {
  uint64_t state; /* the seed, to begin with */
};

uint64_t draw_next(struct draw *draw);

/* 0..limit - 1. */
unsigned draw_below(struct draw *draw, unsigned limit);

/* An integer of any width up to 64 bits. */
uint64_t draw_uint(struct draw *draw);

void draw_bytes(struct draw *draw, uint8_t *out, size_t len);

/* Text of least..most bytes in NFC, of many scripts, Khmer above all, with characters that normalisation changes.
 * `least` is 0 or 1. Returns its length; ends the program when the library refuses. */
size_t draw_text(struct draw *draw, struct frag_context *context, uint8_t *out, size_t least, size_t most);

/* A document and the memory of its texts. */
struct drawn_document {
  struct frag_document document;
  uint8_t text[FRAG_PLAINTEXT_MAX];
  size_t text_len;
};

/* A document of any shape that FRAG-1 allows, of at most 28,000 bytes. kid and rid are left to the caller. */
void draw_document(struct draw *draw, struct frag_context *context, struct drawn_document *drawn);

#endif
