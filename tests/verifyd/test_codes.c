/* Every verdict from the opening of a document on (codes 30 to 45), and some from before it, made with real keys and
 * ledgers, and asked for in every way: the API, the page without JavaScript and verifyctl, in each language. argv:
 * verifyd, words.json, verifyctl. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "json/words.h"
#include "program_rig.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define NAME "SOK Dara Example" /* an attribute of every document */
#define KEPT_S (FIXTURE_NOW_S - 50000)
#define EARLY_S (FIXTURE_NOT_BEFORE_S - 1)
#define LATE_S (FIXTURE_NOT_AFTER_S + 1)

enum { LEAF_LEN = 24 + 32 * FIXTURE_OPERATORS, OUTPUT_MAX = 1 << 16 };

struct sample {
  const char *what;
  frag_error code;
  struct paper paper;
};

static const char *words_path, *cli_path;
static const char *const languages[] = {"km", "en", "fr", NULL};
static struct program_rig rig;
static struct vd_words *words;
static struct loopback_answer answer;
static struct sample samples[32];
static size_t sample_count;
static char output[OUTPUT_MAX];

/* --- documents --- */

/* Times have to rise, as the ledgers' do. */
static struct paper *add(const char *what, frag_error code, struct paper paper, uint64_t kept_s) {
  struct sample *sample = &samples[sample_count++];
  assert_true(sample_count <= COUNT(samples));
  *sample = (struct sample){what, code, paper};
  keep(rig.realm, &sample->paper, ALL_OPERATORS, kept_s);
  return &sample->paper;
}

static struct paper *add_plan(const char *what, frag_error code, struct plan plan, uint64_t kept_s) {
  plan.serial = what;
  return add(what, code, issue(rig.realm, plan), kept_s);
}

static struct paper spliced(void) {
  struct paper paper = issue(rig.realm, (struct plan){.serial = "SN-spliced"});
  forge_share(rig.realm, &paper, 1, 0x80);
  memcpy(paper.records[1], paper.records[0], LEAF_LEN);
  memcpy(paper.records[2], paper.records[0], LEAF_LEN);
  return paper;
}

/* P = signature ‖ document ‖ 80 ‖ 00…; the signature is nobody's. */
static struct paper unsigned_paper(const uint8_t *document, size_t len) {
  uint8_t plaintext[FIXTURE_PLAINTEXT_LEN] = {0};
  assert_true(64 + len < sizeof plaintext);
  memcpy(plaintext + 64, document, len);
  plaintext[64 + len] = 0x80;
  return issue_raw(rig.realm, plaintext);
}

static struct paper forged(void) {
  uint8_t bytes[FIXTURE_PLAINTEXT_LEN];
  size_t len = 0;
  struct frag_document document = {
      .issuer = {(const uint8_t *)"ministry.example", 16},
      .type = {(const uint8_t *)FIXTURE_TYPE, strlen(FIXTURE_TYPE)},
      .serial = {(const uint8_t *)"SN-forged", 9},
      .issue_no = 1,
      .issued_s = 1,
      .attribute_count = 1,
      .attributes = {{{(const uint8_t *)"name_latin", 10}, {(const uint8_t *)NAME, strlen(NAME)}}}};
  memcpy(document.kid, frag_key_id(rig.realm->keys[KEY_MINISTRY]), sizeof document.kid);
  assert_int_equal(frag_document_encode(rig.realm->context, bytes, sizeof bytes, &len, &document), FRAG_OK);
  return unsigned_paper(bytes, len);
}

static void add_statement(const char *what, frag_error code, frag_status_kind kind) {
  struct paper *paper = add_plan(what, code, (struct plan){0}, KEPT_S);
  put_statement(rig.realm, paper, 0, kind, KEY_MINISTRY, ALL_OPERATORS, KEPT_S);
}

static void add_issuers(void) {
  add_plan("SN-unknown", FRAG_ISSUER_UNKNOWN, (struct plan){.key = KEY_STRANGER}, KEPT_S);
  add("SN-forged", FRAG_ISSUER_SIGNATURE, forged(), KEPT_S);
  add_plan("SN-issuer", FRAG_ISSUER_SCOPE, (struct plan){.issuer = "school.example"}, KEPT_S);
  add_plan("SN-type", FRAG_ISSUER_SCOPE, (struct plan){.key = KEY_SCHOOL, .issuer = "school.example"}, KEPT_S);
}

static void add_statuses(void) {
  add_statement("SN-revoked", FRAG_REVOKED, FRAG_STATUS_REVOKED);
  add_statement("SN-suspended", FRAG_SUSPENDED, FRAG_STATUS_SUSPENDED);
  add_statement("SN-superseded", FRAG_SUPERSEDED, FRAG_STATUS_SUPERSEDED);
  add_plan("SN-expired", FRAG_EXPIRED, (struct plan){.expires_s = FIXTURE_NOW_S}, KEPT_S);
  add_plan("SN-not-yet", FRAG_NOT_YET_VALID, (struct plan){.issued_s = FIXTURE_NOT_AFTER_S}, KEPT_S);
}

/* What comes before any document: a code that is none, one that was misread, and one that no ledger has. */
static void add_before(void) {
  struct paper nowhere = issue(rig.realm, (struct plan){.serial = "SN-nowhere"});
  struct sample *at = &samples[sample_count];
  sample_count += 3;
  assert_true(sample_count <= COUNT(samples));
  at[0] = (struct sample){"SN-nowhere", FRAG_NOT_FOUND, nowhere};
  at[1] = (struct sample){"SN-misread", FRAG_QR_CHECKSUM, nowhere};
  at[2] = (struct sample){"SN-no-code", FRAG_QR_MALFORMED, nowhere};
  char *inside = &at[1].paper.qr[strlen(at[1].paper.qr) / 2];
  *inside = *inside == 'A' ? 'B' : 'A';
  strcpy(at[2].paper.qr, "no code");
}

static void add_all(void) {
  static const uint8_t no_document[] = "plain text, ministry.example";
  add_plan("SN-key-early", FRAG_ISSUER_KEY_TIME, (struct plan){0}, EARLY_S);
  add_plan("SN-valid", FRAG_OK, (struct plan){0}, KEPT_S);
  add("SN-spliced", FRAG_SPLICED, spliced(), KEPT_S);
  add("SN-no-document", FRAG_BAD_DOCUMENT, unsigned_paper(no_document, sizeof no_document), KEPT_S);
  add_issuers();
  add_statuses();
  add_before();
  add_plan("SN-before-theft", FRAG_OK, (struct plan){.key = KEY_COMPROMISED}, FIXTURE_COMPROMISED_S - 1);
  add_plan("SN-after-theft", FRAG_ISSUER_KEY_TIME, (struct plan){.key = KEY_COMPROMISED}, FIXTURE_COMPROMISED_S);
  struct paper *flooded = add_plan("SN-flooded", FRAG_STATUS_STALE, (struct plan){0}, FIXTURE_COMPROMISED_S);
  for (uint32_t n = 0; n < VD_STATUS_WALK_MAX; n++) put_junk(rig.realm, flooded, n, 1);
  add_plan("SN-key-late", FRAG_ISSUER_KEY_TIME, (struct plan){0}, LATE_S);
}

/* Threshold 1, so that documents of a dishonest issuer's own making are opened at all. */
static void allow_threshold_1(void) {
  static char text[8192];
  static const char wanted[] = "threshold = 2;";
  (void)snprintf(text, sizeof text, "%s", program_rig_read(&rig, "verifyd.conf"));
  char *at = strstr(text, wanted);
  assert_non_null(at);
  at[sizeof "threshold = " - 1] = '1';
  FILE *file = fopen(temp_folder_at(&rig.folder, "verifyd.conf"), "we");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
}

static int begin(void **state) {
  struct vd_failure failure;
  (void)state;
  program_rig_make(&rig, "");
  allow_threshold_1();
  if (vd_words_read(words_path, languages, &words, &failure) != VD_OK) fail_msg("%s", failure.text);
  add_all();
  program_rig_start(&rig);
  return 0;
}

static int end(void **state) {
  (void)state;
  vd_words_free(words);
  program_rig_remove(&rig);
  return 0;
}

/* --- asking --- */

static void must_say(const struct sample *sample, const char *text, const char *wanted) {
  if (strstr(text, wanted) == NULL) fail_msg("%s: no \"%s\" in %s", sample->what, wanted, text);
}

static void must_show(const struct sample *sample, const char *text) {
  bool is_shown = strstr(text, NAME) != NULL || strstr(text, sample->what) != NULL;
  if (is_shown != (sample->code == FRAG_OK)) fail_msg("%s: shows %d", sample->what, is_shown);
}

static const char *title(frag_error code, const char *language) {
  char key[96];
  (void)snprintf(key, sizeof key, "result.%s.title", vd_words_group(words, frag_error_name(code)));
  return vd_words_text(words, key, language);
}

static bool is_of_status(const struct sample *sample) {
  return sample->code == FRAG_OK || sample->code >= FRAG_REVOKED;
}

static bool has_checkpoint(const struct sample *sample) {
  return sample->code > FRAG_QR_CHECKSUM || is_of_status(sample);
}

static const char *as_of(const struct sample *sample, const char *language) {
  const char *of_ledgers = has_checkpoint(sample) ? "ledgers.as_of" : "checked.on";
  return vd_words_text(words, is_of_status(sample) ? "status.as_of" : of_ledgers, language);
}

static const char *english_as_of(const struct sample *sample) {
  const char *of_ledgers = has_checkpoint(sample) ? "\n  ledgers as of 20" : "\n  checked on 20";
  return is_of_status(sample) ? "\n  status as of 20" : of_ledgers;
}

static void the_api_names_every_code(void **state) {
  (void)state;
  for (size_t at = 0; at < sample_count; at++) {
    const struct sample *sample = &samples[at];
    char wanted[128];
    program_rig_post_json(&rig, sample->paper.qr, &answer);
    assert_int_equal(answer.status, 200);
    (void)snprintf(wanted, sizeof wanted, "{\"verdict\":\"%s\",\"code\":%d,\"name\":\"%s\",",
                   frag_verdict_name(frag_error_verdict(sample->code)), (int)sample->code,
                   frag_error_name(sample->code));
    must_say(sample, answer.body, wanted);
    must_show(sample, answer.body);
    must_say(sample, answer.body, is_of_status(sample) ? "\"status_as_of\":\"20" : "\"status_as_of\":null");
    must_say(sample, answer.body, has_checkpoint(sample) ? ",\"as_of\":\"20" : ",\"as_of\":null");
    must_say(sample, answer.body, "\"checked\":\"20");
  }
}

static void the_page_says_every_code_in_each_language(void **state) {
  (void)state;
  for (size_t at = 0; at < sample_count; at++) {
    for (size_t in = 0; languages[in] != NULL; in++) {
      const struct sample *sample = &samples[at];
      char extra[64], body[160], reference[96];
      (void)snprintf(extra, sizeof extra, "Accept-Language: %s\r\n", languages[in]);
      int len = snprintf(body, sizeof body, "qr=%s", sample->paper.qr);
      program_rig_post(&rig, "/verify", "application/x-www-form-urlencoded", extra, body, (size_t)len, &answer);
      assert_int_equal(answer.status, 200);
      must_say(sample, answer.body, title(sample->code, languages[in]));
      (void)snprintf(reference, sizeof reference, "data-verdict=\"%s\"",
                     frag_verdict_name(frag_error_verdict(sample->code)));
      must_say(sample, answer.body, reference);
      if (sample->code != FRAG_OK) must_say(sample, answer.body, frag_error_name(sample->code));
      must_say(sample, answer.body, "<p class=\"verdict-time\">");
      must_say(sample, answer.body, as_of(sample, languages[in]));
      must_show(sample, answer.body);
    }
  }
}

/* Returns the exit code. */
static int run_cli(const struct sample *sample, const char *language) {
  char command[2048];
  FILE *file = fopen(temp_folder_at(&rig.folder, "code.txt"), "we");
  assert_non_null(file);
  assert_true(fprintf(file, "%s\n", sample->paper.qr) > 0 && fclose(file) == 0);
  (void)snprintf(command, sizeof command,
                 "cd '%s' && LC_ALL=C.UTF-8 '%s' verify --config verifyd.conf --lang %s code.txt", rig.folder.path,
                 cli_path, language);
  FILE *pipe = popen(command, "re");
  assert_non_null(pipe);
  size_t len = fread(output, 1, sizeof output - 1, pipe);
  output[len] = '\0';
  int status = pclose(pipe);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static void verifyctl_says_every_code_in_each_language(void **state) {
  (void)state;
  for (size_t at = 0; at < sample_count; at++) {
    for (size_t in = 0; languages[in] != NULL; in++) {
      const struct sample *sample = &samples[at];
      const char *language = languages[in];
      bool is_english = strcmp(language, "en") == 0;
      char code[96];
      assert_int_equal(run_cli(sample, language), frag_error_verdict(sample->code));
      (void)snprintf(code, sizeof code, "(%d %s)", (int)sample->code, frag_error_name(sample->code));
      must_say(sample, output, code);
      must_say(sample, output, is_english ? frag_error_meaning(sample->code) : title(sample->code, language));
      must_say(sample, output, is_english ? "status" : vd_words_text(words, "check.status.name", language));
      must_say(sample, output, is_english ? english_as_of(sample) : as_of(sample, language));
      must_show(sample, output);
    }
  }
}

/* That no code between was forgotten above. */
static void every_code_is_there(void **state) {
  static const frag_error all[] = {
#define CODE(enumerator, code, verdict, name, meaning) enumerator,
      FRAG_VERDICT_CODE_LIST(CODE)
#undef CODE
  };
  (void)state;
  for (size_t at = 0; at < COUNT(all); at++) {
    bool is_made = all[at] < FRAG_SPLICED || all[at] > FRAG_STATUS_STALE;
    for (size_t k = 0; k < sample_count; k++) is_made = is_made || samples[k].code == all[at];
    if (!is_made) fail_msg("no document has the code %d", (int)all[at]);
  }
}

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_code_is_there),
      cmocka_unit_test(the_api_names_every_code),
      cmocka_unit_test(the_page_says_every_code_in_each_language),
      cmocka_unit_test(verifyctl_says_every_code_in_each_language),
  };
  if (count != 4) return 2;
  words_path = arguments[2];
  cli_path = arguments[3];
  program_rig_use(arguments[1], arguments[2]);
  return cmocka_run_group_tests(tests, begin, end);
}
