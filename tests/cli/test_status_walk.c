/* What a ledger on this machine and the queue say about a document, up to the last statement that is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../verifyd/temp_folder.h"
#include "../verifyd/trust_fixture.h"
#include "base/context.h"
#include "status_judge.h"

#define REALM TRUST_FIXTURE_REALM

static struct temp_folder folder;
static struct frag_context *context;
static struct trust_fixture lists;
static struct frag_trust *trust;
static struct frag_key *key;
static struct vd_operator_settings operator_settings;
static struct ctl_operators operators;
static struct ctl_status_asker asker;
static struct ctl_status_queue queue = {.lock_fd = -1};
static struct ctl_status_scope scope;
static struct ctl_status_document documents[2];

static int begin(void **state) {
  uint8_t secret[32];
  (void)state;
  temp_folder_make(&folder);
  assert_int_equal(vd_context_new(&context, NULL), VD_OK);
  trust_fixture_begin(&lists, context, REALM);
  (void)trust_fixture_add(&lists, 1, "one.example", NULL);
  trust_fixture_write(&lists);
  struct frag_pins pins = {.realm = REALM, .threshold = 1, .root_count = 1};
  uint8_t roots[1][32];
  memcpy(roots[0], lists.root_public, 32);
  pins.roots = roots;
  assert_int_equal(frag_trust_open(context, &trust, (struct frag_slice){lists.file, lists.file_len}, &pins), FRAG_OK);
  memset(secret, 1, sizeof secret);
  assert_int_equal(frag_key_new(context, &key, secret), FRAG_OK);
  memset(&operator_settings, 0, sizeof operator_settings);
  operator_settings.number = 1;
  (void)snprintf(operator_settings.store, sizeof operator_settings.store, "%s", temp_folder_at(&folder, "ledger"));
  operators = (struct ctl_operators){0};
  memset(&asker, 0, sizeof asker);
  assert_int_equal(ctl_operators_begin(&operators, context, REALM, &operator_settings, 1, NULL, NULL), VD_OK);
  ctl_status_asker_begin(&asker, &operators, VD_STORE_CREATE, "test");
  assert_true(asker.is_reachable[0]);
  scope = (struct ctl_status_scope){.context = context, .trust = trust, .queue = &queue, .asker = &asker,
                                    .issuer = "one.example", .command = "test", .realm = REALM};
  memset(documents, 0, sizeof documents);
  for (size_t i = 0; i < 2; i++) {
    memset(documents[i].rid, (int)i + 7, sizeof documents[i].rid);
    (void)snprintf(documents[i].serial, sizeof documents[i].serial, "serial %zu", i);
  }
  return 0;
}

static int end(void **state) {
  (void)state;
  ctl_status_asker_end(&asker);
  ctl_operators_end(&operators);
  frag_key_free(key);
  frag_trust_free(trust);
  trust_fixture_end(&lists);
  frag_context_free(context);
  temp_folder_remove(&folder);
  return 0;
}

/* Statements `from` to before `end` about a document: of that kind at even n and the other at odd n. */
static void say(const struct ctl_status_document *document, uint32_t from, uint32_t before, uint8_t even, uint8_t odd) {
  static uint8_t records[VD_WALK_STATEMENTS_MAX][FRAG_STATUS_RECORD_LEN];
  static struct vd_store_item items[VD_WALK_STATEMENTS_MAX];
  static const uint8_t aux[32] = {3};
  struct vd_store_appended appended;
  size_t count = 0;
  for (uint32_t n = from; n < before; n++) {
    struct frag_statement statement = {.kind = n % 2 == 0 ? even : odd, .time_s = (uint64_t)time(NULL)};
    assert_int_equal(frag_status_seal(context, records[count], &statement, key, REALM, document->rid, n, aux), FRAG_OK);
    items[count] = (struct vd_store_item){
        .kind = VD_STORE_STATUS, .bytes = records[count], .len = FRAG_STATUS_RECORD_LEN};
    count++;
  }
  ctl_status_ask_done(&asker);
  assert_int_equal(vd_store_append(operators.items[0].store, items, count, (uint64_t)time(NULL), NULL, &appended, NULL),
                   VD_OK);
}

static enum ctl_status_plan plan(uint8_t kind) {
  struct ctl_status_batch gaps = {0};
  struct vd_failure failure = {.text = ""};
  for (size_t i = 0; i < 2; i++) {
    documents[i].outcome = (struct frag_status_walk){0};
    documents[i].last = 0;
  }
  enum vd_error error = ctl_status_walk(&scope, documents, 2, &gaps, &failure);
  if (error != VD_OK) fail_msg("%s", failure.text);
  ctl_status_batch_free(&gaps);
  ctl_status_judge(&documents[0], kind);
  ctl_status_judge(&documents[1], FRAG_STATUS_REVOKED);
  assert_int_equal(documents[1].plan, CTL_STATUS_SEND); /* whatever is with the other one */
  assert_int_equal(documents[1].next, 0);
  return documents[0].plan;
}

static void a_document_with_all_statements_stops_nobody(void **state) {
  (void)state;
  say(&documents[0], 0, VD_WALK_STATEMENTS_MAX, FRAG_STATUS_SUSPENDED, FRAG_STATUS_REINSTATED);
  assert_int_equal(plan(FRAG_STATUS_REVOKED), CTL_STATUS_REFUSED);
  assert_int_equal(documents[0].next, VD_WALK_STATEMENTS_MAX);
  assert_int_equal(plan(FRAG_STATUS_SUSPENDED), CTL_STATUS_REFUSED);
  assert_int_equal(plan(FRAG_STATUS_SUPERSEDED), CTL_STATUS_NOTHING);
}

static void the_last_number_revokes(void **state) {
  (void)state;
  say(&documents[0], 0, VD_WALK_STATEMENTS_MAX - 1, FRAG_STATUS_SUSPENDED, FRAG_STATUS_REINSTATED);
  assert_int_equal(plan(FRAG_STATUS_REINSTATED), CTL_STATUS_REFUSED); /* suspended: 255 is odd */
  assert_int_equal(plan(FRAG_STATUS_REVOKED), CTL_STATUS_SEND);
  assert_int_equal(documents[0].next, VD_WALK_STATEMENTS_MAX - 1);
  say(&documents[0], VD_WALK_STATEMENTS_MAX - 1, VD_WALK_STATEMENTS_MAX, 0, FRAG_STATUS_REVOKED);
  assert_int_equal(plan(FRAG_STATUS_REVOKED), CTL_STATUS_NOTHING);
  assert_true(documents[0].outcome.revoked);
}

static void what_was_said_last_is_known(void **state) {
  (void)state;
  assert_int_equal(plan(FRAG_STATUS_REINSTATED), CTL_STATUS_REFUSED);
  assert_int_equal(documents[0].last, 0);
  for (uint32_t n = 0; n < 6; n++) { /* over the end of a question */
    say(&documents[0], n, n + 1, FRAG_STATUS_SUSPENDED, FRAG_STATUS_REINSTATED);
    assert_int_equal(plan(FRAG_STATUS_REINSTATED), n % 2 == 0 ? CTL_STATUS_SEND : CTL_STATUS_NOTHING);
    assert_int_equal(documents[0].last, n % 2 == 0 ? FRAG_STATUS_SUSPENDED : FRAG_STATUS_REINSTATED);
    assert_int_equal(documents[0].next, n + 1);
  }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(a_document_with_all_statements_stops_nobody), TEST(the_last_number_revokes),
    TEST(what_was_said_last_is_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
