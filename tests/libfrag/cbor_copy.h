/* cbor_copy.h: reads any item with the library's reader and writes what was read with its writer. What comes
 * out must be what went in: then no two encodings of one value are accepted. */
#ifndef CBOR_COPY_H
#define CBOR_COPY_H

#include "cbor.h"

/* Copies all items of `in`, arrays and maps at most 16 deep. Returns the reader's error; *len ≤ capacity bytes. */
frag_error cbor_copy(uint8_t *out, size_t capacity, size_t *len, struct frag_slice in);

#endif
