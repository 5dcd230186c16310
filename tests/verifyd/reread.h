/* reread.h: stored values that are read, and written again as they were. */
#ifndef REREAD_H
#define REREAD_H

#include <stdbool.h>
#include <stdint.h>

#include <frag/context.h>

enum { REREAD_MAX = 1 << 15 };

/* Reads, and writes again what was read, up to REREAD_MAX bytes; 0: it was refused. */
typedef size_t reread(uint8_t *again, struct frag_slice value);

/* Whether it is read, and then the same bytes are written; other bytes fail the test. */
bool is_same_again(reread *reads, const uint8_t *bytes, size_t len);

/* That is so; cut short, or with a bit flipped, it is refused, or something else that is right. least: bytes that there
 * must be: any less is refused. has_text: text may become such as is written otherwise: no bit is flipped. */
void assert_robust(reread *reads, uint8_t *bytes, size_t len, size_t least, bool has_text);

#endif
