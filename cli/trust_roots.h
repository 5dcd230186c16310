/* trust_roots.h: which of the pinned roots have signed a trust list. Public data. One thread. */
#ifndef CTL_TRUST_ROOTS_H
#define CTL_TRUST_ROOTS_H

#include <stdbool.h>

#include <frag/trust.h>

#include "base/failure.h"
#include "config/settings.h"
#include "trust_file.h"

struct ctl_trust_roots {
  size_t count;        /* of pinned roots; 0: none were named, so nothing is known */
  size_t threshold;    /* how many must sign */
  size_t signed_count; /* how many have */
  struct {
    uint8_t kid[FRAG_KID_LEN];
    bool has_signed;
  } items[VD_ROOTS_MAX]; /* in the order of the pins */
};

/* pins: at most VD_ROOTS_MAX roots (asserted); their realm is not looked at.
 * VD_KEY (a pin is not a public key), VD_DATA, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_trust_roots_find(struct frag_context *context, const struct ctl_trust_file *file,
                                                 const struct frag_pins *pins, struct ctl_trust_roots *roots,
                                                 struct vd_failure *failure);

bool ctl_trust_roots_are_enough(const struct ctl_trust_roots *roots);

/* "2 of 3 pinned roots have signed, 2 are needed", into text. */
#define CTL_TRUST_ROOTS_TEXT_SIZE 128
void ctl_trust_roots_text(char text[static CTL_TRUST_ROOTS_TEXT_SIZE], const struct ctl_trust_roots *roots);

#endif
