/* outbox_disk.h: the environment of an outbox: opening it and checking whose it is. Inside ledger/ only. */
#ifndef VD_OUTBOX_DISK_H
#define VD_OUTBOX_DISK_H

#include "ledger/format.h"
#include "ledger/outbox.h"

/* Databases; every value has a check (value.h), and what is in it is in outbox_value.h:
 *   outbox-meta     "format" → u32 version;  "identity";  "halt", while it is halted
 *   outbox-slot     u64 number → slot
 *   outbox-attempt  u64 number ‖ u32 attempt → attempt */
enum vd_outbox_disk_database { VD_OUTBOX_DISK_META, VD_OUTBOX_DISK_SLOT, VD_OUTBOX_DISK_ATTEMPT };
#define VD_OUTBOX_DISK_DATABASES 3
#define VD_OUTBOX_DISK_HALT_KEY "halt"

struct vd_outbox {
  struct vd_environment environment;
  MDB_dbi databases[VD_OUTBOX_DISK_DATABASES];
  bool is_writer;
  struct vd_outbox_identity identity;
};

/* The number of the first slot or of the last; false: there is none, or the transaction has ended with an error. */
bool vd_outbox_disk_end_slot(const struct vd_outbox *outbox, struct vd_transaction *transaction, MDB_cursor_op end,
                             uint64_t *number);

/* A slot. False: there is none of that number, or the transaction has ended with an error; *slot is all zero then. */
bool vd_outbox_disk_slot(const struct vd_outbox *outbox, struct vd_transaction *transaction, uint64_t number,
                         struct vd_outbox_slot *slot);

/* Ends a transaction and says what has become of it. doing: for the text, as in "reading". VD_OK, VD_DATA, VD_IO,
 * VD_FULL, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_outbox_disk_end(struct vd_transaction *transaction, const char *doing,
                                               struct vd_failure *failure);

/* Opens into an outbox that is all zero but for is_writer and, for a writer, the identity wanted. It must not move
 * while it is open. On an error it needs no closing. */
VD_MUST_CHECK enum vd_error vd_outbox_disk_open(struct vd_outbox *outbox, const char *path,
                                                struct vd_failure *failure);

#endif
