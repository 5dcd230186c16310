/* fixture.h: one realm with its keys, trust list and an issued document, for the tests, fuzz targets and
 * constant-time checks of libfrag. Nothing here returns an error: a step that fails ends the program. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <frag/log.h>

enum { FIXTURE_NOW_S = 1764547300, FIXTURE_PLAINTEXT_LEN = 320, FIXTURE_RECORDS_MAX = 500000 };

/* The values of `issuer`, `batch` and `document` are those of the published known answer. */
struct fixture {
  struct frag_context *context;
  struct frag_key *issuer, *registrar, *root, *other_root, *stranger;
  struct frag_trust *trust; /* lists issuer and registrar, signed by root */
  struct frag_batch batch;  /* 2 of 3 in realm 1 */
  struct frag_document document;
  uint8_t payload[FRAG_PAYLOAD_LEN];
  char text[FRAG_QR_TEXT_LEN + 1];
  struct frag_qr qr;
  uint8_t records[FIXTURE_RECORDS_MAX];
};

/* For cmocka, once a program: *state becomes a fixture with the document issued. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Ends the program unless `ok`. */
void fixture_require(bool ok, const char *what);

struct frag_slice slice_of(const char *text);
void hex_decode(uint8_t *out, size_t len, const char *hex);
bool is_all_zero(const void *memory, size_t len);

/* Pseudo-random bytes (SplitMix64), the same in every run. */
uint64_t random_next(uint64_t *state);
void random_fill(uint64_t *state, uint8_t *out, size_t len);

/* Issues fixture->document again under fixture->batch; payload, text, qr and records follow. */
void fixture_issue(struct fixture *fixture);

/* The same with any plaintext of batch.plaintext_len bytes, as a dishonest issuer could. */
void fixture_issue_plaintext(struct fixture *fixture, const uint8_t *plaintext);

/* Makes sig ‖ D ‖ 80 ‖ 00… of any bytes as D, signed by `key` for `realm`. */
void fixture_plaintext(struct fixture *fixture, uint8_t *plaintext, const struct frag_key *key, uint16_t realm,
                       struct frag_slice document);

/* Record i, 1..m, and the length of each. */
size_t fixture_record_len(const struct fixture *fixture);
uint8_t *fixture_record(struct fixture *fixture, unsigned index);

/* Writes the right hash for a record's own share into its leaf. */
void fixture_rehash(struct fixture *fixture, uint8_t *record);

/* A record that an operator made up for the fixture's locator: well formed, its own hash right. Records of the
 * same t, m and `fill` share one leaf. Returns its length. */
size_t fixture_forge(struct fixture *fixture, uint8_t *out, unsigned threshold, unsigned fragment_count,
                     unsigned index, uint8_t fill);

/* A gathering of the fixture's first `count` records under the fixture's QR code. */
struct frag_gather fixture_gather(struct fixture *fixture, unsigned count);

/* A trust entry that is valid for all of time; and a list of such, signed by `root` and opened. */
struct frag_trust_key fixture_trust_key(const struct frag_key *key, frag_role role, const char *issuer);
struct frag_trust_list fixture_list(const struct frag_trust_key *keys, size_t count);
struct frag_trust *fixture_trust(struct fixture *fixture, const struct frag_trust_list *list);

#endif
