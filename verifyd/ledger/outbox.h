/* outbox.h: what an operator has sent to one chain to anchor its log, or is about to send: a directory with an LMDB
 * environment. Everything is synced before the function returns, so that nothing is sent which is not here.
 *
 * A slot is a place on the chain that one transaction only can take: a nonce (EVM), a set of coins (Bitcoin). The
 * transactions made for it are its attempts; any of them may be mined, so all are kept. One slot at most is open; it is
 * the last. Slots are in the order of their numbers, without gaps.
 *
 * One process writes (a lock file); other processes may read at the same time: each call sees what is there when it is
 * made. Thread rule: one thread for each handle. Any function may also fail with VD_IO, VD_DATA or VD_MEMORY. One that
 * changes something and fails has changed nothing, as far as the disk tells the truth: after VD_IO the outbox is to be
 * opened anew before it is known; until then it may answer VD_INTERNAL. */
#ifndef VD_LEDGER_OUTBOX_H
#define VD_LEDGER_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include <frag/checkpoint.h>

#include "base/failure.h"

#define VD_OUTBOX_ATTEMPTS_MAX 64 /* of a slot */
#define VD_OUTBOX_RAW_MAX 4096
#define VD_OUTBOX_EVIDENCE_MAX 1280 /* Bitcoin: header, u32 index, branch */
#define VD_OUTBOX_REASON_SIZE 256

struct vd_outbox;

/* What it belongs to, recorded when it is made. While it has no slot, that is what its last writer says; with the first
 * one it is for ever. */
struct vd_outbox_identity {
  char origin[FRAG_VKEY_NAME_MAX + 1];
  uint8_t chain[32];  /* EVM: the chain id, big-endian, in the last 8 bytes; Bitcoin: hash of the genesis block */
  uint8_t account[20]; /* EVM: address; Bitcoin: witness program */
  bool is_bitcoin;
};

/* Opens for writing, making it (mode 0700) with that identity if need be.
 * Errors: VD_CONFLICT: another process writes it. VD_CONFIG: it has slots of another identity; the text says what differs.
 * VD_DATA, VD_IO, VD_FULL, VD_MEMORY. *outbox is NULL on error. */
VD_MUST_CHECK enum vd_error vd_outbox_open(const char *path, const struct vd_outbox_identity *identity,
                                           struct vd_outbox **outbox, struct vd_failure *failure);

/* Opens for reading only. VD_NO_INPUT: there is none. Others as above. */
VD_MUST_CHECK enum vd_error vd_outbox_open_read(const char *path, struct vd_outbox **outbox,
                                                struct vd_failure *failure);
void vd_outbox_close(struct vd_outbox *outbox);

const struct vd_outbox_identity *vd_outbox_get_identity(const struct vd_outbox *outbox);

struct vd_outbox_attempt {
  uint64_t size;     /* of the log */
  uint8_t root[FRAG_HASH_LEN];
  uint8_t id[32];    /* hash of the transaction; Bitcoin: wire order */
  uint64_t made_s;
  uint64_t tip, fee; /* EVM: wei for each gas. Bitcoin: tip is 0, fee is all of it in satoshi */
  uint64_t change_sat; /* Bitcoin: value of output 1, which is ours; 0: there is none. EVM: 0 */
  uint32_t raw_len;
  uint8_t raw[VD_OUTBOX_RAW_MAX]; /* the bytes to broadcast */
};

struct vd_outbox_final {
  uint32_t attempt;       /* which one */
  uint64_t block_number;
  uint8_t block_hash[32]; /* Bitcoin: wire order */
  uint64_t block_time_s;
  uint64_t gas_used, gas_price; /* EVM: wei for each gas. Bitcoin: 1, and the fee in satoshi */
  uint32_t evidence_len;  /* 0 for EVM */
  uint8_t evidence[VD_OUTBOX_EVIDENCE_MAX];
};

struct vd_outbox_slot {
  uint64_t number;        /* EVM: the nonce. Bitcoin: counted from 0 */
  uint32_t attempt_count; /* 1..VD_OUTBOX_ATTEMPTS_MAX */
  bool is_final;
  struct vd_outbox_final final; /* all zero unless is_final */
};

/* How many slots there are; the number of the first one; the last. False from vd_outbox_last: there is none. */
VD_MUST_CHECK enum vd_error vd_outbox_count(struct vd_outbox *outbox, uint64_t *first, uint64_t *count,
                                            struct vd_failure *failure);
VD_MUST_CHECK enum vd_error vd_outbox_last(struct vd_outbox *outbox, struct vd_outbox_slot *slot, bool *is_there,
                                           struct vd_failure *failure);
/* VD_NOT_FOUND: no such slot; no such attempt. */
VD_MUST_CHECK enum vd_error vd_outbox_slot(struct vd_outbox *outbox, uint64_t number, struct vd_outbox_slot *slot,
                                           struct vd_failure *failure);
VD_MUST_CHECK enum vd_error vd_outbox_attempt(struct vd_outbox *outbox, uint64_t number, uint32_t attempt,
                                              struct vd_outbox_attempt *out, struct vd_failure *failure);

/* Opens a slot with its first attempt. Asserted: no slot is open; of every attempt: raw_len is 1..VD_OUTBOX_RAW_MAX.
 * number: the last one's plus 1, or any for the first (VD_CONFLICT otherwise). VD_FULL, VD_IO. */
VD_MUST_CHECK enum vd_error vd_outbox_begin(struct vd_outbox *outbox, uint64_t number,
                                            const struct vd_outbox_attempt *attempt, struct vd_failure *failure);

/* Adds an attempt to the open slot (asserted: one is). VD_CONFLICT: it has one with that id already. VD_FULL:
 * VD_OUTBOX_ATTEMPTS_MAX, or the disk. */
VD_MUST_CHECK enum vd_error vd_outbox_replace(struct vd_outbox *outbox, const struct vd_outbox_attempt *attempt,
                                              struct vd_failure *failure);

/* The open slot (asserted: one is) has become final with one of its attempts. */
VD_MUST_CHECK enum vd_error vd_outbox_finish(struct vd_outbox *outbox, const struct vd_outbox_final *final,
                                             struct vd_failure *failure);

/* Nothing is sent any more until somebody who has looked at it says so: survives restarts. reason: cut to
 * VD_OUTBOX_REASON_SIZE; one that is halted already keeps its first one. vd_outbox_halted: "" in reason when it is not
 * halted. vd_outbox_resume: the operator's decision; of one that is not halted too. */
VD_MUST_CHECK enum vd_error vd_outbox_halt(struct vd_outbox *outbox, uint64_t now_s, const char *reason,
                                           struct vd_failure *failure);
VD_MUST_CHECK enum vd_error vd_outbox_halted(struct vd_outbox *outbox, uint64_t *since_s,
                                             char reason[static VD_OUTBOX_REASON_SIZE], struct vd_failure *failure);
VD_MUST_CHECK enum vd_error vd_outbox_resume(struct vd_outbox *outbox, struct vd_failure *failure);

#endif
