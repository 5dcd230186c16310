// Targets: frag_gather_record, frag_gather_erased, frag_gather_result, frag_gather_chosen, frag_open
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "libfrag/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Three operators' answers to the fixture's locator: u8 kind ‖ u16 length ‖ bytes, each. A kind with bit 7 has
 * its record's own hash made right first, as an operator could, so that changed shares get past it. */
static size_t take_answer(struct fixture *fixture, struct frag_gather *gather, unsigned k, uint8_t *at, size_t left) {
  if (left < 3) return left;
  size_t len = frag_get_u16(at + 1);
  uint8_t kind = at[0], *bytes = at + 3;
  struct frag_record record;
  if (len > left - 3) len = left - 3;
  switch (kind & 3) {
    case 0: frag_gather_answer(gather, k, FRAG_ANSWER_ABSENT); break;
    case 1: frag_gather_answer(gather, k, FRAG_ANSWER_UNREACHABLE); break;
    case 2: (void)!frag_gather_erased(gather, k, bytes, len); break;
    default:
      if (kind >= 0x80 && frag_record_decode(&record, bytes, len) == FRAG_OK) fixture_rehash(fixture, bytes);
      (void)!frag_gather_record(fixture->context, gather, k, bytes, len);
      break;
  }
  return 3 + len;
}

/* The document opens as it was issued, or not at all; then nothing of it is to be seen. */
static void check_open(struct fixture *fixture, const struct frag_gather *gather) {
  static uint8_t plaintext[FRAG_PLAINTEXT_MAX];
  struct frag_document document;
  memset(plaintext, 0xee, sizeof plaintext);
  frag_error error = frag_open(fixture->context, plaintext, sizeof plaintext, &document, &fixture->qr, gather,
                               fixture->trust, FIXTURE_NOW_S);
  if (error == FRAG_OK) {
    if (!frag_slice_equal(document.attributes[0].value, fixture->document.attributes[0].value)) abort();
    return;
  }
  if (error != FRAG_SPLICED || !is_all_zero(&document, sizeof document) || !is_all_zero(plaintext, 128)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct fixture *fixture;
  static uint8_t bytes[1 << 17];
  struct frag_gather gather;
  if (fixture == NULL) fixture_setup((void **)&fixture);
  if (size > sizeof bytes) return 0;
  if (size > 0) memcpy(bytes, data, size);
  frag_gather_begin(&gather, &fixture->qr, 3, 2);
  size_t at = 0;
  for (unsigned k = 0; k < 3; k++) at += take_answer(fixture, &gather, k, bytes + at, size - at);
  frag_error result = frag_gather_result(&gather);
  if ((frag_gather_chosen(&gather) != 0) != (result == FRAG_OK)) abort();
  if (result == FRAG_OK) check_open(fixture, &gather);
  return 0;
}
