/* batch_state.h: what an unfinished batch needs to be continued with the same bytes: its batch key and time of issue,
 * in a file that only the issuer key opens, bound to the spreadsheet, the profile and the options. The file goes when
 * the batch is done. */
#ifndef CTL_BATCH_STATE_H
#define CTL_BATCH_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"

/* batch_key is secret: end with ctl_batch_state_wipe. */
struct ctl_batch_state {
  uint8_t batch_key[32];
  uint64_t issued_s;
  uint8_t sheet[32];   /* SHA-256 of the spreadsheet file */
  uint8_t profile[32]; /* SHA-256 of the profile file */
  uint8_t options[32]; /* SHA-256 of everything else that the documents depend on */
};

/* Loads the state at path. *found is false, and *state empty, when there is no such file.
 * VD_KEY (another issuer key, or altered), VD_NO_INPUT, VD_IO, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_batch_state_load(const char *path, const uint8_t issuer_secret32[static 32],
                                                 bool *found, struct ctl_batch_state *state,
                                                 struct vd_failure *failure);

/* Writes the state, synced, mode 0600. VD_IO, VD_FULL, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_batch_state_save(const char *path, const uint8_t issuer_secret32[static 32],
                                                 const struct ctl_batch_state *state, struct vd_failure *failure);

void ctl_batch_state_wipe(struct ctl_batch_state *state);

#endif
