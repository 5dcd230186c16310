#include <string.h>

#include "bytes.h"
#include "generate.h"
#include "scan.h"

enum { NOW = 1764800000, STATUS_TIME = 1764700000, STATEMENTS_MAX = 4 };

/* One statement as an operator holds it. */
struct held {
  uint32_t n;
  uint64_t tau_s;
  uint8_t record[FRAG_STATUS_RECORD_LEN];
};

struct writer {
  struct suite suite;
  struct realm *realm;
  struct issued issued;
  struct scan scan;
  uint64_t now_s;
  size_t held_count;
  struct held held[STATEMENTS_MAX];
};

static void use(struct writer *w, const struct frag_document *document, unsigned threshold, unsigned fragment_count) {
  realm_issue(w->realm, &w->issued, document, threshold, fragment_count, 0);
  scan_begin(&w->scan, w->realm, &w->issued);
  w->now_s = NOW;
  w->held_count = 0;
}

static void use_known(struct writer *w) {
  struct frag_document document;
  realm_document(w->realm, &document);
  use(w, &document, 2, 3);
}

static void state(struct writer *w, uint8_t kind, const struct frag_key *key) {
  static const uint8_t aux[32];
  struct held *held = &w->held[w->held_count];
  struct frag_statement statement = {.kind = kind, .reason = 0, .time_s = STATUS_TIME};
  held->n = (uint32_t)w->held_count++;
  held->tau_s = STATUS_TIME + 5;
  suite_require(frag_status_seal(w->realm->context, held->record, &statement, key, REALM_NUMBER,
                                 w->issued.document.rid, held->n, aux) == FRAG_OK, "statement");
}

static frag_error walk(struct writer *w, const struct frag_document *document) {
  struct frag_pins pins = realm_pins(w->realm);
  struct frag_slice file = {w->scan.trust_file, w->scan.trust_file_len};
  struct frag_trust *trust = NULL;
  struct frag_status_walk found = {false, false, false};
  suite_require(frag_trust_open(w->realm->context, &trust, file, &pins) == FRAG_OK, "trust file");
  for (size_t i = 0; i < w->held_count; i++) {
    const struct held *held = &w->held[i];
    struct frag_statement statement;
    frag_error error =
        frag_status_open(w->realm->context, &statement, trust, document->issuer, REALM_NUMBER, document->rid, held->n,
                         held->tau_s, held->record, sizeof held->record);
    suite_require(error == FRAG_OK || error == FRAG_STATEMENT_IGNORED, "statement");
    if (error == FRAG_OK) frag_status_apply(&found, &statement);
  }
  frag_trust_free(trust);
  return frag_status_result(&found);
}

static json_t *inputs(const struct writer *w) {
  json_t *fields = scan_json(w->realm, &w->scan), *statements = json_array();
  for (size_t i = 0; i < w->held_count; i++)
    json_array_append_new(statements, json_pack("{s:i, s:o, s:o}", "n", (int)w->held[i].n, "tau",
                                                json_decimal(w->held[i].tau_s), "record",
                                                json_hex(w->held[i].record, FRAG_STATUS_RECORD_LEN)));
  json_put(fields, "statements", statements);
  json_put(fields, "now", json_decimal(w->now_s));
  return fields;
}

static void judge(struct writer *w, const char *flag, const char *comment, frag_error expected) {
  struct frag_document document;
  frag_error found = scan_run(w->realm, &w->scan, &document);
  if (found == FRAG_OK) found = walk(w, &document);
  if (found == FRAG_OK) found = frag_document_period(&document, w->now_s);
  suite_require(found == expected, comment);
  json_t *fields = inputs(w);
  json_put(fields, "verdict", json_string(frag_verdict_name(frag_error_verdict(found))));
  json_put(fields, "name", json_string(frag_error_name(found)));
  if (found == FRAG_OK) json_put(fields, "document", json_document(&document));
  suite_code(&w->suite, flag, comment, fields, found);
}

static void schemes(struct writer *w) {
  struct frag_document document;
  realm_document(w->realm, &document);
  use(w, &document, 1, 1);
  judge(w, NULL, "1-of-1", FRAG_OK);
  for (unsigned gone = 1; gone <= 3; gone++) {
    use(w, &document, 2, 3);
    scan_unreachable(&w->scan, gone);
    judge(w, NULL, "2-of-3 from a pair", FRAG_OK);
  }
  for (unsigned a = 1; a <= 4; a++)
    for (unsigned b = a + 1; b <= 5; b++) {
      use(w, &document, 3, 5);
      scan_unreachable(&w->scan, a);
      scan_absent(&w->scan, b);
      judge(w, NULL, "3-of-5 from three", FRAG_OK);
    }
  for (unsigned only = 1; only <= 3; only++) {
    use(w, &document, 2, 3);
    for (unsigned k = 1; k <= 3; k++)
      if (k != only) scan_unreachable(&w->scan, k);
    judge(w, "Inconclusive", "one operator alone can be asked", FRAG_TOO_FEW_FRAGMENTS);
    for (unsigned k = 1; k <= 3; k++) scan_absent(&w->scan, k);
    if (only == 1) scan_unreachable(&w->scan, only);
    judge(w, "NotFound", "the document is in no ledger that answers", FRAG_NOT_FOUND);
  }
}

static void statuses(struct writer *w) {
  const struct frag_key *issuer = w->realm->issuer, *registrar = w->realm->registrar, *other = w->realm->other;
  use_known(w);
  state(w, FRAG_STATUS_SUSPENDED, issuer);
  judge(w, "Suspended", "by its issuer", FRAG_SUSPENDED);
  state(w, FRAG_STATUS_REINSTATED, issuer);
  judge(w, NULL, "suspended and reinstated", FRAG_OK);
  state(w, FRAG_STATUS_SUSPENDED, registrar);
  judge(w, "Suspended", "again, by a registrar", FRAG_SUSPENDED);
  state(w, FRAG_STATUS_REVOKED, issuer);
  judge(w, "Revoked", "then revoked", FRAG_REVOKED);
  use_known(w);
  state(w, FRAG_STATUS_SUSPENDED, registrar);
  judge(w, "Suspended", "by a registrar", FRAG_SUSPENDED);
  use_known(w);
  state(w, FRAG_STATUS_REVOKED, registrar);
  judge(w, "Revoked", "by a registrar", FRAG_REVOKED);
  state(w, FRAG_STATUS_REINSTATED, issuer);
  judge(w, "Revoked", "and reinstated, which does not help", FRAG_REVOKED);
  use_known(w);
  state(w, FRAG_STATUS_SUPERSEDED, issuer);
  judge(w, "Superseded", "by its issuer", FRAG_SUPERSEDED);
  state(w, FRAG_STATUS_REINSTATED, issuer);
  judge(w, "Superseded", "and reinstated, which does not help", FRAG_SUPERSEDED);
  state(w, FRAG_STATUS_SUSPENDED, issuer);
  judge(w, "Superseded", "and suspended", FRAG_SUPERSEDED);
  use_known(w);
  state(w, FRAG_STATUS_REVOKED, other);
  judge(w, NULL, "a statement by another issuer changes nothing", FRAG_OK);
  state(w, FRAG_STATUS_REVOKED, issuer);
  judge(w, "Revoked", "but the walk goes on behind it", FRAG_REVOKED);
  use_known(w);
  state(w, FRAG_STATUS_REVOKED, issuer);
  w->held[0].record[60] ^= 1;
  judge(w, NULL, "a statement that does not open changes nothing", FRAG_OK);
}

static void periods(struct writer *w) {
  struct frag_document document;
  realm_document(w->realm, &document);
  document.has_expires = true;
  document.expires_s = NOW;
  use(w, &document, 2, 3);
  for (uint64_t later = 0; later < 3; later++) {
    w->now_s = NOW + later * later * 100000;
    judge(w, "Expired", "now is not before expires", FRAG_EXPIRED);
  }
  w->now_s = NOW - 1;
  judge(w, NULL, "one second before it expires", FRAG_OK);
  static const uint64_t early[] = {1, 3600, 1764547200};
  for (size_t i = 0; i < FRAG_COUNT(early); i++) {
    w->now_s = document.issued_s - early[i];
    judge(w, "NotYetValid", "issued after now", FRAG_NOT_YET_VALID);
  }
  w->now_s = document.issued_s;
  judge(w, NULL, "in the second in which it was issued", FRAG_OK);
}

static void alone(struct writer *w) {
  use_known(w);
  for (unsigned k = 1; k <= 3; k++) scan_absent(&w->scan, k);
  judge(w, "NotFound", "the QR code alone opens nothing", FRAG_NOT_FOUND);
  use_known(w);
  w->scan.text[0] = '\0';
  judge(w, "NoQrCode", "all ledgers together, without a QR code, open nothing", FRAG_QR_MALFORMED);
  (void)snprintf(w->scan.text, sizeof w->scan.text, "https://v.example.kh/#");
  judge(w, "NoQrCode", "the prefix alone", FRAG_QR_MALFORMED);
  (void)snprintf(w->scan.text, sizeof w->scan.text, "%.44s", w->issued.text);
  judge(w, "NoQrCode", "half of a QR code", FRAG_QR_MALFORMED);
}

static void file_seals(struct writer *w) {
  uint8_t file[256];
  struct frag_file_seal seal;
  for (size_t i = 0; i < sizeof file; i++) file[i] = (uint8_t)(i * 3);
  struct frag_slice whole = {file, sizeof file};
  suite_require(frag_file_seal_make(w->realm->context, &seal, whole, 100, 140) == FRAG_OK, "file seal");
  json_t *common = json_pack("{s:o, s:i, s:i, s:o}", "length", json_decimal(seal.length), "excluded_begin", 100,
                             "excluded_end", 140, "sha256", json_hex(seal.sha256, 32));
  suite_group(&w->suite, "FileSeal", common);
  static const int places[] = {-1, 100, 139, 0, 99, 140, 255};
  for (size_t i = 0; i < FRAG_COUNT(places) + 2; i++) {
    size_t len = i < FRAG_COUNT(places) ? sizeof file : i == FRAG_COUNT(places) ? 255 : 0;
    if (i < FRAG_COUNT(places) && places[i] >= 0) file[places[i]] ^= 1;
    struct frag_slice presented = {file, len};
    frag_error error = frag_file_seal_check(w->realm->context, &seal, presented);
    suite_require(error == (i < 3 ? FRAG_OK : FRAG_FILE_MISMATCH), "file");
    suite_code(&w->suite, i < 3 ? NULL : "FileMismatch", i < 3 ? "as sealed outside the excluded range" : "changed",
               json_pack("{s:o}", "file", json_hex(file, len)), error);
    if (i >= 3 && i < FRAG_COUNT(places)) file[places[i]] ^= 1;
  }
}

void generate_end_to_end(struct realm *realm, const char *folder) {
  static const char *const notes[][2] = {{"Inconclusive", "12: a ledger that cannot be asked gives no NOT_VALID"},
                                         {"NotFound", "10: the QR code alone is nothing"},
                                         {"NoQrCode", "1: the ledgers alone are nothing"},
                                         {"Revoked", "40, for good"},
                                         {"Suspended", "41, until reinstated"},
                                         {"Superseded", "42, for good"},
                                         {"Expired", "43 from the second of expires"},
                                         {"NotYetValid", "44 until the second of issued"},
                                         {"FileMismatch", "50: the file differs outside the excluded range"}};
  static struct writer writer;
  writer.realm = realm;
  suite_begin(&writer.suite, "FRAG-1 verification", "A scan, the operators' answers, statements and the verdict.");
  for (size_t i = 0; i < FRAG_COUNT(notes); i++) suite_note(&writer.suite, notes[i][0], notes[i][1]);
  suite_group(&writer.suite, "Verify", NULL);
  schemes(&writer);
  statuses(&writer);
  periods(&writer);
  alone(&writer);
  file_seals(&writer);
  suite_end(&writer.suite, folder, "end_to_end.json");
}
