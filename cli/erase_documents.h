/* erase_documents.h: which documents a command is to erase: their locators, from QR codes or as digits. Secret: they
 * say who it is about. One thread. */
#ifndef CTL_ERASE_DOCUMENTS_H
#define CTL_ERASE_DOCUMENTS_H

#include <frag/open.h>

#include "base/failure.h"
#include "options.h"

#define CTL_ERASE_DOCUMENTS_MAX 10000

/* Begin with {0}; end with ctl_erase_documents_free. */
struct ctl_erase_documents {
  size_t count;
  uint8_t (*locators)[FRAG_LOCATOR_LEN];
};

/* Adds those of operands (pictures, files with QR texts, QR texts) and of hexadecimal locators; one that is given twice
 * is taken once. VD_USAGE (a locator, or none at all), VD_DATA (a QR code, or one of another realm), VD_FULL, and those
 * of ctl_input_open. No text repeats a locator. */
VD_MUST_CHECK enum vd_error ctl_erase_documents_read(struct ctl_erase_documents *documents,
                                                     struct frag_context *context, uint16_t realm, int count,
                                                     char **operands, const struct ctl_list *digits,
                                                     struct vd_failure *failure);

void ctl_erase_documents_free(struct ctl_erase_documents *documents);

#endif
