#include "step_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/tlog.h"

enum { RUBBISH = 0xa5 };

static const char *const operator_names[FIXTURE_OPERATORS] = {"First Archive", "Second Archive", "Third Archive"};

void step_readers_begin(struct verify_fixture *fixture) {
  struct vd_failure failure;
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    if (fixture->readers[k] == NULL)
      assert_int_equal(vd_store_reader_new(fixture->stores[k], &fixture->readers[k], &failure), VD_OK);
    assert_int_equal(vd_store_reader_begin(fixture->readers[k], &failure), VD_OK);
  }
}

void step_readers_end(struct verify_fixture *fixture) {
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) vd_store_reader_reset(fixture->readers[k]);
}

static struct vd_verifier *make_verifier(struct verify_fixture *fixture, unsigned threshold, struct vd_seen *seen,
                                         struct vd_anchors *anchors, uint64_t status_max_age_s, unsigned local) {
  struct vd_verifier_operator operators[FIXTURE_OPERATORS] = {{0}};
  struct vd_verifier *verifier = NULL;
  struct vd_failure failure;
  step_readers_begin(fixture);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    operators[k] = (struct vd_verifier_operator){.number = k + 1, .name = operator_names[k], .is_remote = true};
    assert_int_equal(vd_tlog_key(fixture->readers[k], &operators[k].key, &failure), VD_OK);
    if ((local >> k & 1u) == 0) continue;
    operators[k].is_remote = false;
    operators[k].store = fixture->stores[k];
  }
  step_readers_end(fixture);
  struct vd_verifier_options options = {.realm = LEDGER_REALM,
                                        .threshold = threshold,
                                        .trust = fixture->trust,
                                        .operator_count = FIXTURE_OPERATORS,
                                        .operators = operators,
                                        .seen = seen,
                                        .anchors = anchors,
                                        .status_max_age_s = status_max_age_s};
  if (vd_verifier_new(&options, &verifier, &failure) != VD_OK) fail_msg("%s", failure.text);
  return verifier;
}

struct vd_verifier *step_verifier(struct verify_fixture *fixture, unsigned threshold, struct vd_seen *seen) {
  return make_verifier(fixture, threshold, seen, NULL, 0, 0);
}

struct vd_verifier *step_verifier_aged(struct verify_fixture *fixture, unsigned threshold, uint64_t status_max_age_s,
                                       unsigned local) {
  return make_verifier(fixture, threshold, NULL, NULL, status_max_age_s, local);
}

struct vd_verifier *step_verifier_anchored(struct verify_fixture *fixture, struct vd_anchors *anchors,
                                           struct vd_seen *seen, unsigned local) {
  return make_verifier(fixture, FIXTURE_THRESHOLD, seen, anchors, 0, local);
}

struct vd_verification *step_memory_new(void) {
  struct vd_verification *verification = malloc(vd_verification_size());
  assert_non_null(verification);
  memset(verification, RUBBISH, vd_verification_size());
  return verification;
}

void step_memory_free(struct vd_verification *verification) {
  const uint8_t *bytes = (const uint8_t *)verification;
  for (size_t at = 0; at < vd_verification_size(); at++) assert_true(bytes[at] == 0 || bytes[at] == RUBBISH);
  assert_int_equal(bytes[0], 0);
  free(verification);
}

bool step_look_up(struct verify_fixture *fixture, unsigned k, const struct vd_lookup_request *request,
                  struct vd_lookup_answer *answer) {
  static uint8_t bytes[VD_LOOKUP_REQUEST_MAX];
  struct vd_lookup_request read;
  struct vd_failure failure;
  size_t len = vd_lookup_request_write(bytes, request); /* as it would be sent */
  assert_int_equal(vd_lookup_request_read(&read, bytes, len, &failure), VD_OK);
  return vd_lookup_local(fixture->readers[k], &read, answer, &failure) == VD_OK;
}

/* Returns what is wanted then: `wanted`, as it was, when this operator is not to be asked. */
static enum vd_wanted ask(struct verify_fixture *fixture, struct step_run *run, struct vd_verification *verification,
                          unsigned k, enum vd_wanted wanted) {
  static struct vd_lookup_answer answer;
  struct vd_lookup_request request;
  struct vd_log_base base;
  bool is_news = false;
  if (!vd_verification_question(verification, k, &request, &base)) return wanted;
  assert_int_equal(request.known_size, base.size);
  assert_int_equal(request.kind, wanted == VD_WANTED_FRAGMENTS ? VD_STORE_FRAGMENT : VD_STORE_STATUS);
  bool is_there = (run->operators >> k & 1u) != 0;
  is_there = is_there && step_look_up(fixture, k, &request, &answer);
  if (is_there && run->change != NULL) is_there = run->change(run->context, k, &request, &answer);
  if (!is_there) return vd_verification_unreachable(verification, k);
  wanted = vd_verification_answer(verification, k, &base, &answer, &is_news);
  if (is_news) run->news |= 1u << k;
  return wanted;
}

frag_error step_verify(struct verify_fixture *fixture, struct step_run *run, struct vd_verdict *verdict) {
  struct vd_verification *verification = step_memory_new();
  unsigned rounds = 0;
  step_readers_begin(fixture);
  enum vd_wanted wanted =
      vd_verification_begin(verification, run->verifier, run->qr, run->qr_len, run->now_s, verdict);
  while (wanted != VD_WANTED_NOTHING) {
    assert_true(rounds++ < 2 + VD_STATUS_WALK_MAX);
    for (unsigned at = 0; at < FIXTURE_OPERATORS; at++)
      wanted = ask(fixture, run, verification, run->order[at], wanted);
  }
  vd_verification_end(verification);
  step_readers_end(fixture);
  step_memory_free(verification);
  return verdict->code;
}
