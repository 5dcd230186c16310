#include "erase_documents.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/hex.h"
#include "input.h"

static enum vd_error add(struct ctl_erase_documents *documents, const uint8_t locator[static FRAG_LOCATOR_LEN],
                         struct vd_failure *failure) {
  if (documents->locators == NULL) {
    documents->locators = calloc(CTL_ERASE_DOCUMENTS_MAX, sizeof *documents->locators);
    if (documents->locators == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the documents");
  }
  for (size_t i = 0; i < documents->count; i++) {
    if (memcmp(documents->locators[i], locator, FRAG_LOCATOR_LEN) == 0) return VD_OK;
  }
  if (documents->count == CTL_ERASE_DOCUMENTS_MAX) {
    return vd_fail(failure, VD_FULL, "more than %d documents at once", CTL_ERASE_DOCUMENTS_MAX);
  }
  memcpy(documents->locators[documents->count++], locator, FRAG_LOCATOR_LEN);
  return VD_OK;
}

static enum vd_error add_qr(struct ctl_erase_documents *documents, struct frag_context *context, uint16_t realm,
                            const char *text, size_t len, size_t number, struct vd_failure *failure) {
  struct frag_qr qr;
  frag_error decoded = frag_qr_decode(context, &qr, text, len);
  if (decoded != FRAG_OK) return vd_fail_frag(failure, decoded, "operand %zu", number);
  enum vd_error error = qr.realm == realm
                            ? add(documents, qr.locator, failure)
                            : vd_fail(failure, VD_DATA, "operand %zu: the QR code is of another realm", number);
  frag_qr_wipe(&qr);
  return error;
}

static enum vd_error add_operand(struct ctl_erase_documents *documents, struct frag_context *context, uint16_t realm,
                                 const char *operand, size_t number, struct vd_failure *failure) {
  struct ctl_input input;
  char text[CTL_INPUT_TEXT_SIZE];
  bool found = true;
  size_t len = 0;
  enum vd_error error = ctl_input_open(operand, number, &input, failure);
  while (error == VD_OK && found) {
    error = ctl_input_next(context, &input, &found, text, &len, failure);
    if (error == VD_OK && found) error = add_qr(documents, context, realm, text, len, number, failure);
  }
  vd_wipe(text, sizeof text);
  ctl_input_free(&input);
  return error;
}

enum vd_error ctl_erase_documents_read(struct ctl_erase_documents *documents, struct frag_context *context,
                                       uint16_t realm, int count, char **operands, const struct ctl_list *digits,
                                       struct vd_failure *failure) {
  uint8_t locator[FRAG_LOCATOR_LEN];
  enum vd_error error = VD_OK;
  for (int i = 0; i < count && error == VD_OK; i++) {
    error = add_operand(documents, context, realm, operands[i], (size_t)i + 1, failure);
  }
  for (size_t i = 0; i < digits->count && error == VD_OK; i++) {
    error = vd_hex_decode(locator, sizeof locator, digits->items[i], strlen(digits->items[i]))
                ? add(documents, locator, failure)
                : vd_fail(failure, VD_USAGE, "--locator must be %d hexadecimal digits", 2 * FRAG_LOCATOR_LEN);
  }
  vd_wipe(locator, sizeof locator);
  if (error != VD_OK || documents->count > 0) return error;
  return vd_fail(failure, VD_USAGE, "which document shall be erased? Give its QR code, or --locator");
}

void ctl_erase_documents_free(struct ctl_erase_documents *documents) {
  if (documents->locators != NULL) vd_wipe(documents->locators, CTL_ERASE_DOCUMENTS_MAX * sizeof *documents->locators);
  free(documents->locators);
  *documents = (struct ctl_erase_documents){0};
}
