/* value.h: the fields of a stored value, written and read one behind the other, with big-endian numbers, and a check at
 * its end. LMDB has no checksums: without one a byte that a disk has flipped would be believed. Inside ledger/ only. */
#ifndef VD_VALUE_H
#define VD_VALUE_H

#include <frag/context.h>

#include "ledger/transaction.h"

#define VD_VALUE_MAX 20480   /* bytes of a value without its check */
#define VD_VALUE_KEY_MAX 300 /* bytes of its key */

/* --- fields --- */

/* They write at `at` and return where the next one goes. */
uint8_t *vd_value_put_number(uint8_t *at, uint64_t value, size_t len);
uint8_t *vd_value_put_bytes(uint8_t *at, const void *bytes, size_t len);

/* Takes the next field off the front of *rest. Zero, or false with nothing written, when it is shorter; what is left is
 * then empty and has no data any more, which vd_value_is_whole tells. */
uint64_t vd_value_take_number(struct frag_slice *rest, size_t len);
bool vd_value_take_bytes(struct frag_slice *rest, void *out, size_t len);

/* Whether every field that was taken was there. *rest must have begun with data. */
static inline bool vd_value_is_whole(const struct frag_slice *rest) { return rest->data != NULL; }

/* --- checks: the first 8 bytes of SHA-256(u16 length of the key ‖ key ‖ value) behind the value --- */

/* Puts a value in the place of an older one or none. At most VD_VALUE_MAX bytes (asserted). */
void vd_value_put(struct vd_transaction *transaction, MDB_dbi dbi, const void *key, size_t key_len, const void *bytes,
                  size_t len);

/* Whether the key is there; *value is valid until the transaction's next put, or its end. One whose check is wrong ends
 * the transaction with MDB_CORRUPTED. */
bool vd_value_get(struct vd_transaction *transaction, MDB_dbi dbi, const void *key, size_t key_len,
                  struct frag_slice *value);

/* The same check of what a cursor gave. */
bool vd_value_check(struct vd_transaction *transaction, MDB_val key, MDB_val stored, struct frag_slice *value);

/* Ends the transaction with MDB_CORRUPTED, unless it has ended with an error already. */
void vd_value_refuse(struct vd_transaction *transaction);

#endif
