/* qr.h: making a payload; the reverse of frag_qr_decode. */
#ifndef FRAG_QR_H
#define FRAG_QR_H

#include <frag/open.h>

/* payload = 01 ‖ u16 realm ‖ d ‖ E[0:16] ‖ chk. Secret. qr->locator is not read. */
FRAG_MUST_CHECK frag_error frag_qr_encode(struct frag_context *context, uint8_t payload[static FRAG_PAYLOAD_LEN],
                                          const struct frag_qr *qr);

/* loc = TH("loc", payload[0:51])[0:16]. */
FRAG_MUST_CHECK frag_error frag_qr_locator(struct frag_context *context, uint8_t locator[static FRAG_LOCATOR_LEN],
                                           const uint8_t payload[static FRAG_PAYLOAD_LEN]);

#endif
