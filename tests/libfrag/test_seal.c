#include "libfrag/cmocka_all.h"

#include "bytes.h"
#include "crypto.h"
#include "curve.h"
#include "libfrag/fixture.h"
#include "record.h"
#include "seal.h"

struct sealed {
  uint8_t header[FRAG_HEADER_LEN], key[32], link[32];
  uint8_t plaintext[FIXTURE_PLAINTEXT_LEN], bytes[FIXTURE_PLAINTEXT_LEN + FRAG_TAG_LEN];
};

static void seal(struct fixture *fixture, struct sealed *sealed) {
  struct frag_context *context = fixture->context;
  assert_int_equal(frag_header_encode(sealed->header, &fixture->batch), FRAG_OK);
  assert_int_equal(frag_seal_plaintext(context, &fixture->batch, fixture->issuer, &fixture->document), FRAG_OK);
  memcpy(sealed->plaintext, context->plaintext, sizeof sealed->plaintext);
  assert_int_equal(frag_seal(context, sealed->key, sealed->link, &fixture->batch, sealed->header), FRAG_OK);
  memcpy(sealed->bytes, context->sealed, sizeof sealed->bytes);
}

static frag_error unseal(struct fixture *fixture, const struct sealed *sealed, uint8_t key[static 32]) {
  memcpy(fixture->context->sealed, sealed->bytes, sizeof sealed->bytes);
  memset(fixture->context->plaintext, 0xee, sizeof sealed->plaintext);
  return frag_unseal(fixture->context, key, sealed->link, frag_bytes(sealed->header, sizeof sealed->header),
                     sizeof sealed->plaintext);
}

static void test_round_trip(void **state) {
  struct fixture *fixture = *state;
  struct sealed sealed, again;
  uint8_t key[32];
  seal(fixture, &sealed);
  assert_int_equal(unseal(fixture, &sealed, key), FRAG_OK);
  assert_memory_equal(fixture->context->plaintext, sealed.plaintext, sizeof sealed.plaintext);
  assert_memory_equal(key, sealed.key, sizeof key);
  seal(fixture, &again);
  assert_memory_equal(&again, &sealed, sizeof sealed);
}

/* P = sig ‖ D ‖ 80 ‖ 00…, with a signature over TH("doc", realm ‖ D). */
static void test_plaintext(void **state) {
  struct fixture *fixture = *state;
  struct sealed sealed;
  uint8_t document[FIXTURE_PLAINTEXT_LEN], msg32[32];
  size_t len = 0;
  struct frag_point point;
  seal(fixture, &sealed);
  assert_int_equal(frag_document_encode(fixture->context, document, sizeof document, &len, &fixture->document),
                   FRAG_OK);
  assert_memory_equal(sealed.plaintext + 64, document, len);
  assert_int_equal(sealed.plaintext[64 + len], 0x80);
  assert_true(is_all_zero(sealed.plaintext + 65 + len, sizeof sealed.plaintext - 65 - len));
  assert_int_equal(frag_point_decode(fixture->context, &point, frag_key_public(fixture->issuer)), FRAG_OK);
  assert_int_equal(frag_seal_message(fixture->context, msg32, 1, frag_bytes(document, len)), FRAG_OK);
  assert_true(frag_schnorr_verify(fixture->context, sealed.plaintext, msg32, &point));
  assert_int_equal(frag_seal_message(fixture->context, msg32, 2, frag_bytes(document, len)), FRAG_OK);
  assert_false(frag_schnorr_verify(fixture->context, sealed.plaintext, msg32, &point));
}

/* The link is all or nothing: one changed bit anywhere and nothing comes out. */
static void test_every_bit(void **state) {
  struct fixture *fixture = *state;
  struct sealed sealed;
  uint8_t key[32];
  seal(fixture, &sealed);
  struct frag_slice parts[] = {{sealed.header, sizeof sealed.header},
                               {sealed.link, sizeof sealed.link},
                               {sealed.bytes, sizeof sealed.bytes}};
  uint8_t *const starts[] = {sealed.header, sealed.link, sealed.bytes};
  for (size_t part = 0; part < FRAG_COUNT(parts); part++)
    for (size_t bit = 0; bit < 8 * parts[part].len; bit++) {
      starts[part][bit / 8] ^= (uint8_t)(1u << bit % 8);
      assert_int_equal(unseal(fixture, &sealed, key), FRAG_SPLICED);
      assert_true(is_all_zero(fixture->context->plaintext, sizeof sealed.plaintext));
      starts[part][bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
  assert_int_equal(unseal(fixture, &sealed, key), FRAG_OK);
}

/* A one-time key: whatever differs, the key differs, so no key ever seals two messages. */
static void test_key_is_fresh(void **state) {
  struct fixture *fixture = *state;
  struct sealed base, other;
  seal(fixture, &base);
  struct frag_batch batch = fixture->batch;
  struct frag_document document = fixture->document;
  for (unsigned change = 0; change < 6; change++) {
    switch (change) {
      case 0: fixture->batch.batch_key[31] ^= 1; break;
      case 1: fixture->batch.realm ^= 1; break;
      case 2: fixture->batch.threshold = 3; break;
      case 3: fixture->batch.fragment_count = 4; break;
      case 4: fixture->document.issued_s++; break;
      default: fixture->document.attributes[2].value = slice_of("BSc computer Science"); break;
    }
    seal(fixture, &other);
    assert_memory_not_equal(other.key, base.key, 32);
    assert_memory_not_equal(other.link, base.link, 32);
    assert_memory_not_equal(other.bytes, base.bytes, 16);
    fixture->batch = batch;
    fixture->document = document;
  }
}

static void test_unpad(void **state) {
  (void)state;
  uint8_t plaintext[192];
  struct frag_slice document;
  for (size_t at = 0; at < sizeof plaintext; at++) {
    memset(plaintext, 0x11, at);
    plaintext[at] = 0x80;
    memset(plaintext + at + 1, 0, sizeof plaintext - at - 1);
    frag_error error = frag_seal_unpad(&document, frag_bytes(plaintext, sizeof plaintext));
    assert_int_equal(error, at >= 64 ? FRAG_OK : FRAG_BAD_DOCUMENT);
    if (at >= 64) assert_true(document.data == plaintext + 64 && document.len == at - 64);
  }
  for (unsigned last = 0; last < 256; last++) { /* only 80 and zeroes end a plaintext */
    memset(plaintext, 0x11, sizeof plaintext);
    plaintext[sizeof plaintext - 1] = (uint8_t)last;
    assert_int_equal(frag_seal_unpad(&document, frag_bytes(plaintext, sizeof plaintext)),
                     last == 0x80 ? FRAG_OK : FRAG_BAD_DOCUMENT);
  }
  memset(plaintext, 0, sizeof plaintext);
  assert_int_equal(frag_seal_unpad(&document, frag_bytes(plaintext, sizeof plaintext)), FRAG_BAD_DOCUMENT);
  memset(plaintext, 0x80, sizeof plaintext); /* the last 80 is the mark */
  assert_int_equal(frag_seal_unpad(&document, frag_bytes(plaintext, sizeof plaintext)), FRAG_OK);
  assert_int_equal(document.len, sizeof plaintext - 65);
}

static void test_plaintext_len(void **state) {
  (void)state;
  size_t found = 0;
  for (size_t len = 0; len <= FRAG_DOCUMENT_MAX; len++) {
    size_t least = FRAG_PLAINTEXT_MIN;
    while (least < 64 + len + 1) least += 64;
    assert_int_equal(frag_plaintext_len(&found, len), FRAG_OK);
    assert_int_equal(found, least);
  }
  assert_int_equal(found, FRAG_PLAINTEXT_MAX);
  assert_int_equal(frag_plaintext_len(&found, FRAG_DOCUMENT_MAX + 1), FRAG_DOCUMENT_TOO_LARGE);
  assert_int_equal(found, 0);
  assert_int_equal(frag_plaintext_len(&found, SIZE_MAX), FRAG_DOCUMENT_TOO_LARGE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_plaintext), cmocka_unit_test(test_every_bit),
      cmocka_unit_test(test_key_is_fresh), cmocka_unit_test(test_unpad),     cmocka_unit_test(test_plaintext_len),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
