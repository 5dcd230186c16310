/* gzip.h: compressing what is public. The owner of zlib. Pure; any thread. */
#ifndef VD_SERVE_GZIP_H
#define VD_SERVE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

enum vd_gzip_effort {
  VD_GZIP_BEST, /* for what is compressed once and sent often */
  VD_GZIP_QUICK /* for one answer */
};

/* Compresses (RFC 1952), if that saves a tenth.
 * Out: *out, *out_len: the caller's, to be freed. False, and NULL: it does not save that, or there is no memory. */
bool vd_gzip(const void *bytes, size_t len, enum vd_gzip_effort effort, void **out, size_t *out_len);

#endif
