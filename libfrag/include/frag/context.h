/* frag/context.h: the working state that every other function of libfrag borrows.
 *
 * libfrag reads no file, socket or clock, draws no random numbers, logs nothing and has no globals: all of
 * that is the caller's. A context keeps the cryptographic contexts and the scratch memory, so that no
 * function that works with one allocates on the way (OpenSSL may, inside). It never keeps a secret after the
 * function that used it has returned. */
#ifndef FRAG_CONTEXT_H
#define FRAG_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#include <frag/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct frag_context;

/* A run of bytes owned by somebody else; `data` may be NULL when `len` is 0. For text the bytes are UTF-8
 * and there is no terminator. */
struct frag_slice {
  const uint8_t *data;
  size_t len;
};

/* Creates a context.
 * Out: *context, owned by the caller, to be given to frag_context_free. NULL on error.
 * In:  seed32: 32 fresh random bytes; they blind secp256k1 against side channels (secp256k1.h,
 *      secp256k1_context_randomize). Secret; not kept.
 * Errors: FRAG_MEMORY, FRAG_CRYPTO.
 * Thread rule: one context a thread; a context may move between threads but never be used by two at once. */
FRAG_API FRAG_MUST_CHECK frag_error frag_context_new(struct frag_context **context,
                                                     const uint8_t seed32[FRAG_AT_LEAST(32)]);

/* Wipes and frees. NULL is allowed. */
FRAG_API void frag_context_free(struct frag_context *context);

#ifdef __cplusplus
}
#endif

#endif
