/* tlog_fixture.h: what the tests of a ledger's log share. */
#ifndef TLOG_FIXTURE_H
#define TLOG_FIXTURE_H

#include "ledger/tlog.h"
#include "ledger_fixture.h"

/* A libfrag context; the test fails when there is none. */
struct frag_context *tlog_context(void);

/* Fails the test unless vd_tlog_check_all finds nothing; the reader has begun. */
void tlog_assert_sound(struct vd_store_reader *reader);

/* Fails the test unless the note is signed by the log, and the checkpoint in force continues it, by a proof made by the
 * ledger and checked without it; the reader has begun. Returns the time of its cosignature. */
uint64_t tlog_assert_continues(struct vd_store_reader *reader, struct frag_context *context, const char *note,
                               size_t len);

/* Decodes and checks the checkpoint in force. */
struct frag_checkpoint tlog_checkpoint(struct vd_store_reader *reader, struct frag_context *context, uint64_t *time_s);

/* The leaf hash of an entry. */
void tlog_leaf(struct vd_store_reader *reader, struct frag_context *context, uint64_t index,
               uint8_t hash[static FRAG_HASH_LEN]);

/* A reader of its own that has begun. */
struct vd_store_reader *tlog_reader(struct vd_store *store);

#endif
