#include <string.h>

#include "bytes.h"
#include "crypto.h"
#include "curve.h"
#include "generate.h"
#include "qr.h"
#include "record.h"
#include "scan.h"
#include "seal.h"
#include "split.h"

struct writer {
  struct suite suite;
  struct realm *realm;
  struct issued issued, other; /* two documents of one batch */
  struct scan scan;            /* spoiled by a caller, judged and reset by `judge` */
};

static void judge(struct writer *w, const char *flag, const char *comment, frag_error expected) {
  struct frag_document document;
  frag_error found = scan_run(w->realm, &w->scan, &document);
  suite_require(found == expected, comment);
  json_t *fields = scan_json(w->realm, &w->scan);
  if (found == FRAG_OK) json_put(fields, "document", json_document(&document));
  suite_code(&w->suite, flag, comment, fields, found);
  scan_begin(&w->scan, w->realm, &w->issued);
}

static void use(struct writer *w, unsigned threshold, unsigned fragment_count, size_t plaintext_len) {
  struct frag_document document;
  realm_document(w->realm, &document);
  realm_issue(w->realm, &w->issued, &document, threshold, fragment_count, plaintext_len);
  document.serial = text_of("RUPP-2026-000124");
  realm_issue(w->realm, &w->other, &document, threshold, fragment_count, plaintext_len);
  scan_begin(&w->scan, w->realm, &w->issued);
}

static void good_ones(struct writer *w) {
  use(w, 1, 1, 0);
  judge(w, NULL, "1-of-1", FRAG_OK);
  use(w, 3, 5, 0);
  judge(w, NULL, "3-of-5, all five answer", FRAG_OK);
  scan_unreachable(&w->scan, 1);
  scan_absent(&w->scan, 4);
  judge(w, NULL, "3-of-5, operators 2, 3 and 5", FRAG_OK);
  use(w, 2, 3, 320);
  judge(w, NULL, "2-of-3, all three answer", FRAG_OK);
  for (unsigned gone = 1; gone <= 3; gone++) {
    scan_unreachable(&w->scan, gone);
    judge(w, NULL, "2-of-3, one operator is unreachable", FRAG_OK);
    scan_erased(&w->scan, gone);
    judge(w, NULL, "2-of-3, one operator has erased it", FRAG_OK);
    w->scan.answers[gone - 1].bytes[150] ^= 1;
    judge(w, NULL, "2-of-3, one operator's share is changed", FRAG_OK);
  }
}

static void counted(struct writer *w) {
  for (unsigned a = 1; a <= 3; a++) {
    unsigned b = a % 3 + 1, c = b % 3 + 1;
    scan_absent(&w->scan, a);
    scan_absent(&w->scan, b);
    judge(w, "NotFound", "two of three have none, so fewer than t can hold it", FRAG_NOT_FOUND);
    scan_absent(&w->scan, a);
    scan_absent(&w->scan, b);
    scan_unreachable(&w->scan, c);
    judge(w, "NotFound", "two of three have none, the third is unreachable", FRAG_NOT_FOUND);
    scan_unreachable(&w->scan, a);
    scan_unreachable(&w->scan, b);
    judge(w, "TooFew", "two of three are unreachable", FRAG_TOO_FEW_FRAGMENTS);
    scan_unreachable(&w->scan, a);
    scan_absent(&w->scan, b);
    judge(w, "TooFew", "one unreachable, one has none: it could still be complete", FRAG_TOO_FEW_FRAGMENTS);
    scan_unreachable(&w->scan, a);
    w->scan.answers[b - 1].bytes[200] ^= 0x40;
    judge(w, "TooFew", "one unreachable, one changed: it could still be complete", FRAG_TOO_FEW_FRAGMENTS);
    scan_erased(&w->scan, a);
    scan_erased(&w->scan, b);
    judge(w, "Erased", "two of three have erased it", FRAG_ERASED);
    scan_erased(&w->scan, a);
    scan_absent(&w->scan, b);
    judge(w, "Erased", "one has erased it, one has none", FRAG_ERASED);
  }
  for (unsigned k = 1; k <= 3; k++) scan_unreachable(&w->scan, k);
  judge(w, "TooFew", "nobody can be asked", FRAG_TOO_FEW_FRAGMENTS);
}

/* Spoils the records of operators 1 and 2 in the same place, which leaves one good. */
static void both(struct writer *w, const char *comment, size_t at, uint8_t bits) {
  w->scan.answers[0].bytes[at] ^= bits;
  w->scan.answers[1].bytes[at] ^= bits;
  judge(w, "Tampered", comment, FRAG_FRAGMENT_TAMPERED);
}

static void tampered(struct writer *w) {
  size_t leaf_len = FRAG_LEAF_LEN(3);
  both(w, "version", 0, 3);
  both(w, "realm", 2, 3);
  both(w, "threshold 1 claimed", 3, 0x30);
  both(w, "four fragments claimed", 3, 0x07);
  both(w, "N", 5, 0x40);
  both(w, "a reserved byte", 6, 1);
  both(w, "the other reserved byte", 7, 0x80);
  both(w, "the locator", 8, 1);
  both(w, "its own hash or that of operator 2", 24 + 32, 1);
  both(w, "the first byte of the share", leaf_len + 1, 1);
  both(w, "the last byte of the share", leaf_len + 320, 1);
  w->scan.answers[0].bytes[leaf_len] = 0;
  w->scan.answers[1].bytes[leaf_len] = 4;
  judge(w, "Tampered", "index 0 and index m + 1", FRAG_FRAGMENT_TAMPERED);
  w->scan.answers[0].bytes[leaf_len] = 2;
  w->scan.answers[1].bytes[leaf_len] = 1;
  judge(w, "Tampered", "indices exchanged", FRAG_FRAGMENT_TAMPERED);
  w->scan.answers[1] = w->scan.answers[0];
  w->scan.answers[2] = w->scan.answers[0];
  judge(w, "SameIndex", "all three answer with the record of operator 1", FRAG_FRAGMENT_TAMPERED);
  w->scan.answers[1] = w->scan.answers[0];
  scan_absent(&w->scan, 3);
  judge(w, "SameIndex", "operator 2 repeats operator 1, 3 has none", FRAG_FRAGMENT_TAMPERED);
  w->scan.answers[0] = w->scan.answers[2];
  scan_absent(&w->scan, 2);
  judge(w, "SameIndex", "operator 3 repeats operator 1, 2 has none", FRAG_FRAGMENT_TAMPERED);
  for (int longer = -1; longer <= 1; longer += 2) {
    for (int k = 0; k < 2; k++) w->scan.answers[k].len = (size_t)((int)w->scan.answers[k].len + longer);
    judge(w, "Tampered", "a record of the wrong length", FRAG_FRAGMENT_TAMPERED);
  }
  for (unsigned k = 1; k <= 2; k++) {
    memcpy(w->scan.answers[k - 1].bytes, issued_record(&w->other, k), w->other.record_len);
  }
  judge(w, "Tampered", "records of another document", FRAG_FRAGMENT_TAMPERED);
  scan_erased(&w->scan, 1);
  scan_erased(&w->scan, 2);
  w->scan.answers[0].bytes[9] ^= 1;
  w->scan.answers[1].bytes[9] ^= 1;
  judge(w, "Tampered", "two show an erased leaf of another document", FRAG_FRAGMENT_TAMPERED);
}

/* Gives operator `index` a leaf of its own making that is right for its own share. */
static void own_leaf(struct writer *w, unsigned index, unsigned about) {
  struct scan_answer *answer = &w->scan.answers[index - 1];
  struct frag_record record;
  answer->bytes[24 + 32 * (about - 1)] ^= 1;
  suite_require(frag_record_decode(&record, answer->bytes, answer->len) == FRAG_OK, "own leaf");
  suite_require(frag_fragment_hash(w->realm->context, answer->bytes + 24 + 32 * (index - 1), answer->bytes, index,
                                   record.share) == FRAG_OK, "own leaf");
}

static void disagreeing(struct writer *w) {
  for (unsigned a = 1; a <= 3; a++) {
    own_leaf(w, a, a % 3 + 1);
    judge(w, NULL, "one operator shows another leaf, two agree", FRAG_OK);
    own_leaf(w, a, a % 3 + 1);
    scan_unreachable(&w->scan, a % 3 + 1);
    judge(w, "Disagree", "two answer, with different leaves", FRAG_OPERATORS_DISAGREE);
  }
  own_leaf(w, 1, 3);
  own_leaf(w, 2, 1);
  judge(w, "Disagree", "three different leaves", FRAG_OPERATORS_DISAGREE);
}

/* The leaf of all three is changed in h_`about`, and each share's own hash is made right where it is asked for. */
static void spliced_leaf(struct writer *w, unsigned about) {
  for (unsigned k = 0; k < 3; k++) w->scan.answers[k].bytes[24 + 32 * (about - 1)] ^= 1;
  judge(w, "Spliced", "the hash of a share that was not used is wrong in every leaf", FRAG_SPLICED);
}

static void spliced(struct writer *w) {
  spliced_leaf(w, 1);
  spliced_leaf(w, 2);
  spliced_leaf(w, 3);
  /* A QR code that has the right locator for records it was not made with: the leaf is made over. */
  for (int part = 0; part < 3; part++) {
    static struct issued forged;
    forged = w->issued;
    forged.payload[part == 0 ? 3 : part == 1 ? 34 : 50] ^= 1;
    struct frag_qr qr = {.realm = REALM_NUMBER};
    memcpy(qr.link, forged.payload + 3, 32);
    memcpy(qr.head, forged.payload + 35, 16);
    suite_require(frag_qr_encode(w->realm->context, forged.payload, &qr) == FRAG_OK, "forge");
    suite_require(frag_qr_locator(w->realm->context, qr.locator, forged.payload) == FRAG_OK, "forge");
    frag_qr_text(forged.text, forged.payload);
    for (unsigned k = 0; k < 3; k++) memcpy(forged.records + k * forged.record_len + 8, qr.locator, 16);
    for (unsigned i = 1; i <= 3; i++) {
      struct frag_slice share = {issued_record(&forged, i) + FRAG_LEAF_LEN(3) + 1, 320};
      uint8_t hash[32];
      suite_require(frag_fragment_hash(w->realm->context, hash, forged.records, i, share) == FRAG_OK, "forge");
      for (unsigned k = 0; k < 3; k++) memcpy(forged.records + k * forged.record_len + 24 + 32 * (i - 1), hash, 32);
    }
    scan_begin(&w->scan, w->realm, &forged);
    judge(w, "Spliced", "a QR payload that does not belong to these shares", FRAG_SPLICED);
  }
}

/* Issues a plaintext that no honest issuer would make: `spoil` changes context->plaintext before it is sealed. */
static void issue_plaintext(struct writer *w, void (*spoil)(struct writer *w, uint8_t *plaintext)) {
  struct frag_context *context = w->realm->context;
  struct issued *out = &w->issued;
  uint8_t header[FRAG_HEADER_LEN], key[32];
  struct frag_qr qr = {.realm = REALM_NUMBER};
  bool ok = frag_header_encode(header, &out->batch) == FRAG_OK &&
            frag_seal_plaintext(context, &out->batch, w->realm->issuer, &out->document) == FRAG_OK;
  spoil(w, context->plaintext);
  ok = ok && frag_seal(context, key, qr.link, &out->batch, header) == FRAG_OK;
  memcpy(qr.head, context->sealed, sizeof qr.head);
  ok = ok && frag_qr_encode(context, out->payload, &qr) == FRAG_OK &&
       frag_qr_locator(context, qr.locator, out->payload) == FRAG_OK &&
       frag_split(context, out->records, &out->batch, header, qr.locator, key) == FRAG_OK;
  suite_require(ok, "issue a bad plaintext");
  frag_qr_text(out->text, out->payload);
  scan_begin(&w->scan, w->realm, out);
}

static size_t mark_at(const struct writer *w) { return 64 + w->issued.encoded_len; }

static void no_mark(struct writer *w, uint8_t *plaintext) { plaintext[mark_at(w)] = 0; }
static void wrong_mark(struct writer *w, uint8_t *plaintext) { plaintext[mark_at(w)] = 0x81; }
static void not_zero(struct writer *w, uint8_t *plaintext) { plaintext[w->issued.batch.plaintext_len - 1] = 1; }
static void second_mark(struct writer *w, uint8_t *plaintext) { plaintext[mark_at(w) + 1] = 0x80; }
static void all_zero(struct writer *w, uint8_t *plaintext) { memset(plaintext, 0, w->issued.batch.plaintext_len); }
static void upper_case(struct writer *w, uint8_t *plaintext) {
  (void)w;
  plaintext[64 + 3] = 'R';
}
static void signature_bit(struct writer *w, uint8_t *plaintext) {
  (void)w;
  plaintext[0] ^= 1;
}
static void last_signature_bit(struct writer *w, uint8_t *plaintext) {
  (void)w;
  plaintext[63] ^= 1;
}
static void value_changed(struct writer *w, uint8_t *plaintext) { plaintext[mark_at(w) - 1] ^= 1; }
static void other_realm(struct writer *w, uint8_t *plaintext) {
  uint8_t msg32[32], aux32[32] = {0};
  struct frag_slice encoded = {plaintext + 64, w->issued.encoded_len};
  suite_require(frag_seal_message(w->realm->context, msg32, REALM_NUMBER + 1, encoded) == FRAG_OK, "message");
  suite_require(frag_schnorr_sign(w->realm->context, plaintext, msg32, w->realm->issuer, aux32) == FRAG_OK, "sign");
}

static void bad_plaintexts(struct writer *w) {
  static const struct { const char *flag, *comment; void (*spoil)(struct writer *, uint8_t *); frag_error code; } all[] = {
      {"BadDocument", "no padding mark", no_mark, FRAG_BAD_DOCUMENT},
      {"BadDocument", "a wrong padding mark", wrong_mark, FRAG_BAD_DOCUMENT},
      {"BadDocument", "padding that is not zero", not_zero, FRAG_BAD_DOCUMENT},
      {"BadDocument", "a second mark", second_mark, FRAG_BAD_DOCUMENT},
      {"BadDocument", "nothing but zeroes", all_zero, FRAG_BAD_DOCUMENT},
      {"BadDocument", "a document that breaks a rule", upper_case, FRAG_BAD_DOCUMENT},
      {"Signature", "the first bit of the signature", signature_bit, FRAG_ISSUER_SIGNATURE},
      {"Signature", "the last bit of the signature", last_signature_bit, FRAG_ISSUER_SIGNATURE},
      {"Signature", "an attribute changed after signing", value_changed, FRAG_ISSUER_SIGNATURE},
      {"Signature", "signed for another realm", other_realm, FRAG_ISSUER_SIGNATURE}};
  for (size_t i = 0; i < FRAG_COUNT(all); i++) {
    issue_plaintext(w, all[i].spoil);
    judge(w, all[i].flag, all[i].comment, all[i].code);
    use(w, 2, 3, 320);
  }
}

static void with_keys(struct writer *w, const char *flag, const char *comment, const struct frag_trust_key *keys,
                      size_t count, uint64_t tau_s, frag_error expected) {
  scan_trust(&w->scan, w->realm, keys, count);
  w->scan.tau_s = tau_s;
  judge(w, flag, comment, expected);
}

static void issuers(struct writer *w) {
  struct frag_trust_key good, keys[2];
  uint64_t tau = w->scan.tau_s;
  struct frag_slice types[] = {text_of("degree/bachelor"), text_of("degree/master")};
  realm_trust_key(&good, w->realm->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  realm_trust_key(&keys[0], w->realm->other, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  realm_trust_key(&keys[1], w->realm->registrar, FRAG_ROLE_REGISTRAR, "rupp.edu.kh");
  with_keys(w, "IssuerUnknown", "an empty list", keys, 0, tau, FRAG_ISSUER_UNKNOWN);
  with_keys(w, "IssuerUnknown", "another key of the same issuer", keys, 1, tau, FRAG_ISSUER_UNKNOWN);
  with_keys(w, "IssuerUnknown", "other keys only", keys, 2, tau, FRAG_ISSUER_UNKNOWN);
  with_keys(w, NULL, "at not_before", &good, 1, good.not_before_s, FRAG_OK);
  with_keys(w, NULL, "at not_after", &good, 1, good.not_after_s, FRAG_OK);
  with_keys(w, "KeyTime", "before not_before", &good, 1, good.not_before_s - 1, FRAG_ISSUER_KEY_TIME);
  with_keys(w, "KeyTime", "after not_after", &good, 1, good.not_after_s + 1, FRAG_ISSUER_KEY_TIME);
  keys[0] = good;
  keys[0].has_compromised_since = true;
  keys[0].compromised_since_s = tau + 1;
  with_keys(w, NULL, "one second before it was compromised", keys, 1, tau, FRAG_OK);
  with_keys(w, "KeyTime", "when it was compromised", keys, 1, tau + 1, FRAG_ISSUER_KEY_TIME);
  with_keys(w, "KeyTime", "after it was compromised", keys, 1, tau + 2, FRAG_ISSUER_KEY_TIME);
  keys[0] = good;
  keys[0].types = types;
  keys[0].type_count = 2;
  with_keys(w, NULL, "the type is one of two", keys, 1, tau, FRAG_OK);
  keys[0].types = types + 1;
  keys[0].type_count = 1;
  with_keys(w, "Scope", "another type", keys, 1, tau, FRAG_ISSUER_SCOPE);
  keys[0] = good;
  keys[0].issuer = text_of("rupp.edu");
  with_keys(w, "Scope", "the key belongs to another issuer", keys, 1, tau, FRAG_ISSUER_SCOPE);
  keys[0] = good;
  keys[0].role = FRAG_ROLE_REGISTRAR;
  with_keys(w, "Scope", "a registrar's key", keys, 1, tau, FRAG_ISSUER_SCOPE);
}

static void codes(struct writer *w) {
  struct frag_document document;
  static const size_t places[] = {0, 1, 40, 87};
  for (size_t i = 0; i < FRAG_COUNT(places); i++) {
    char *c = &w->scan.text[places[i]];
    *c = *c == 'A' ? 'B' : 'A';
    frag_error error = scan_run(w->realm, &w->scan, &document);
    judge(w, "QrText", "one character of the QR text", error);
  }
}

void generate_open(struct realm *realm, const char *folder) {
  static const char *const notes[][2] = {
      {"QrText", "1 or 2: no change of the QR text opens anything"},
      {"NotFound", "10 when so many answered absent that fewer than t can hold it"},
      {"Tampered", "11 when fewer than t good records are left and nobody is left to ask"},
      {"SameIndex", "two operators cannot answer with one index"},
      {"TooFew", "12 while an operator that cannot be reached could complete the set"},
      {"Erased", "13 when records were erased and fewer than t are left"},
      {"Disagree", "14 when operators show different leaves and none is complete"},
      {"Spliced", "30 when k, E and every h_i do not belong together"},
      {"BadDocument", "31 when the plaintext is not one padded well-formed document"},
      {"IssuerUnknown", "32 when kid is not in the trust list"},
      {"Signature", "33 when the signature is wrong"},
      {"KeyTime", "34 unless not_before <= tau <= not_after and tau < compromised_since"},
      {"Scope", "35 unless an issuer's key, of that issuer, for that type"}};
  static struct writer writer;
  writer.realm = realm;
  suite_begin(&writer.suite, "FRAG-1 gathering and opening",
              "Steps 1, 2, 4, 5 and 6 of section 8: what operators answered, in their order, and the code.");
  for (size_t i = 0; i < FRAG_COUNT(notes); i++) suite_note(&writer.suite, notes[i][0], notes[i][1]);
  suite_group(&writer.suite, "Open", NULL);
  good_ones(&writer);
  counted(&writer);
  tampered(&writer);
  disagreeing(&writer);
  spliced(&writer);
  use(&writer, 2, 3, 320);
  bad_plaintexts(&writer);
  issuers(&writer);
  codes(&writer);
  suite_end(&writer.suite, folder, "open.json");
}
