/* record.h: the header, leaf and fragment record of FRAG-1 section 3; writing them. Reading is in <frag/open.h>. */
#ifndef FRAG_RECORD_H
#define FRAG_RECORD_H

#include <frag/open.h>

/* hdr = 01 ‖ u16 realm ‖ u8 (t<<4 | m) ‖ u16 N ‖ 0000. FRAG_FIELD_RANGE when a value is out of range. */
FRAG_MUST_CHECK frag_error frag_header_encode(uint8_t header[static FRAG_HEADER_LEN], const struct frag_batch *batch);

/* h_i = TH("frag", hdr ‖ loc ‖ u8 i ‖ S_i). `header_and_locator` is the start of a leaf, 24 bytes. */
FRAG_MUST_CHECK frag_error frag_fragment_hash(struct frag_context *context, uint8_t hash[static 32],
                                              const uint8_t *header_and_locator, unsigned index,
                                              struct frag_slice share);

#endif
