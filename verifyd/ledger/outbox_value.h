/* outbox_value.h: what an outbox stores, as bytes. Pure; any thread. Inside ledger/ only. */
#ifndef VD_OUTBOX_VALUE_H
#define VD_OUTBOX_VALUE_H

#include <frag/context.h>

#include "ledger/outbox.h"

/* Big-endian numbers:
 *   identity  u8 is_bitcoin ‖ chain[32] ‖ account[20] ‖ origin
 *   slot      u32 attempts ‖ u8 is_final, and of a final one
 *             u32 attempt ‖ u64 block ‖ hash[32] ‖ u64 time ‖ u64 gas used ‖ u64 gas price ‖ evidence
 *   attempt   u64 size ‖ root[32] ‖ id[32] ‖ u64 made ‖ u64 tip ‖ u64 fee ‖ u64 change ‖ transaction
 *   halt      u64 since ‖ reason */
#define VD_OUTBOX_IDENTITY_MAX (53 + FRAG_VKEY_NAME_MAX)
#define VD_OUTBOX_SLOT_MAX (73 + VD_OUTBOX_EVIDENCE_MAX)
#define VD_OUTBOX_ATTEMPT_MAX (104 + VD_OUTBOX_RAW_MAX)
#define VD_OUTBOX_HALT_MAX (8 + VD_OUTBOX_REASON_SIZE - 1)

/* Each writer returns the number of bytes; its limits are asserted. Each reader takes back exactly what a writer can
 * have written, and returns false, with all zero, for anything else. */
size_t vd_outbox_value_put_identity(uint8_t out[static VD_OUTBOX_IDENTITY_MAX],
                                    const struct vd_outbox_identity *identity);
VD_MUST_CHECK bool vd_outbox_value_get_identity(struct vd_outbox_identity *identity, struct frag_slice value);

/* The number is in the key, and is left as it is. */
size_t vd_outbox_value_put_slot(uint8_t out[static VD_OUTBOX_SLOT_MAX], const struct vd_outbox_slot *slot);
VD_MUST_CHECK bool vd_outbox_value_get_slot(struct vd_outbox_slot *slot, struct frag_slice value);

size_t vd_outbox_value_put_attempt(uint8_t out[static VD_OUTBOX_ATTEMPT_MAX],
                                   const struct vd_outbox_attempt *attempt);
VD_MUST_CHECK bool vd_outbox_value_get_attempt(struct vd_outbox_attempt *attempt, struct frag_slice value);

/* reason: cut to VD_OUTBOX_REASON_SIZE, at the beginning of a character; reading it back ends it with a NUL. */
size_t vd_outbox_value_put_halt(uint8_t out[static VD_OUTBOX_HALT_MAX], uint64_t since_s, const char *reason);
VD_MUST_CHECK bool vd_outbox_value_get_halt(uint64_t *since_s, char reason[static VD_OUTBOX_REASON_SIZE],
                                            struct frag_slice value);

#endif
