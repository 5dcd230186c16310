/* verify_command.c: verifyctl verify. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "anchors_open.h"
#include "base/crypto.h"
#include "command.h"
#include "base/context.h"
#include "config/settings.h"
#include "input.h"
#include "json/answer.h"
#include "operators.h"
#include "options.h"
#include "remote/remote_verify.h"
#include "trust_open.h"
#include "verify/verify.h"
#include "verify_print.h"

/* Everything that one run owns. */
struct verify {
  const char *config, *language;
  bool json;
  struct vd_settings settings;
  struct vd_profiles profiles;
  struct frag_context *context;
  struct frag_trust *trust;
  struct ctl_operators operators;
  struct vd_anchors *anchors; /* NULL: none are looked up */
  struct vd_verifier *verifier;
  struct vd_remote_verifier *remote; /* NULL: all operators are on this machine */
  bool is_said[VD_OPERATORS_MAX];
  struct vd_verdict verdict;
  char text[CTL_INPUT_TEXT_SIZE];
  bool is_finished; /* the verification under way */
  bool seen_not_valid, seen_inconclusive;
  enum vd_error first_error;
};

static enum vd_error parse(struct verify *verify, int argc, char **argv, int *first, bool *help,
                           struct vd_failure *failure) {
  const struct ctl_option options[] = {
    CTL_REQUIRED("config", "FILE", &verify->config, "verifyd.conf: names the operators and the trusted roots"),
    CTL_FLAG("json", &verify->json, "print one line of JSON for each code, the same as the HTTP API's"),
    CTL_OPTIONAL("lang", "LANG", &verify->language, "language of words and labels: km, en, fr … (that of the environment)"),
  };
  const struct ctl_usage usage = {
    .command = "verify", .operands = "TEXT|FILE|-…",
    .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Verifies documents by their QR codes: pictures (PNG, JPEG), files with QR texts (one a line), or -\n"
             "for either on standard input. A QR text may be given as an operand too, but then others on this\n"
             "machine can see it in the list of processes, and it stays in the shell's history: prefer - or a file.\n"
             "Exit code: 0 VALID, 1 NOT_VALID, 2 INCONCLUSIVE; of several codes the worst.",
  };
  enum vd_error error = ctl_options_parse(&usage, argc, argv, first, help, failure);
  if (error != VD_OK || *help) return error;
  if (*first == argc) {
    return vd_fail(failure, VD_USAGE, "what shall be verified? Give a picture, a file, or - for standard input");
  }
  return VD_OK;
}

/* "km_KH.UTF-8" → "km". */
static const char *language_of_environment(char language[static 3]) {
  const char *locale = getenv("LC_ALL");
  if (locale == NULL || locale[0] == '\0') locale = getenv("LC_MESSAGES");
  if (locale == NULL || locale[0] == '\0') locale = getenv("LANG");
  if (locale == NULL || strlen(locale) < 2 || strcspn(locale, "_.@") != 2) return "en";
  memcpy(language, locale, 2);
  language[2] = '\0';
  return language;
}

/* A ledger that does not open is unreachable, which the verdict takes into account. */
static void open_ledger(struct verify *verify, struct ctl_operator *operator) {
  struct vd_failure failure = {.code = VD_OK};
  if (operator->is_remote || ctl_operators_open(&verify->operators, operator, VD_STORE_READ, &failure) == VD_OK) return;
  (void)fprintf(stderr, "verifyctl verify: operator %u is unreachable: %s\n", operator->settings->number, failure.text);
}

/* Without them, whatever the reason, documents are verified as if no chain were configured, and the answer says so. */
static void open_anchors(struct verify *verify) {
  struct vd_failure failure = {.code = VD_OK};
  enum vd_error error = ctl_anchors_open(&verify->settings, &verify->operators, &verify->anchors, &failure);
  if (error == VD_OK) return;
  (void)fprintf(stderr, "verifyctl verify: public chains are not looked at: %s\n",
                error == VD_NO_INPUT ? "verifyd has not kept any anchor in this memory yet" : failure.text);
}

static enum vd_error make_verifiers(struct verify *verify, struct vd_failure *failure) {
  struct vd_verifier_operator operators[VD_OPERATORS_MAX];
  struct vd_remote_verifier_options remote = {.client = verify->operators.client,
                                              .operator_count = verify->operators.count,
                                              .timeout_ms = verify->settings.limits.operator_ms,
                                              .verifications_max = 1};
  for (size_t i = 0; i < verify->operators.count; i++) {
    struct ctl_operator *operator = &verify->operators.items[i];
    open_ledger(verify, operator);
    operators[i] = (struct vd_verifier_operator){.number = operator->settings->number,
                                                 .name = operator->settings->name, .store = operator->store,
                                                 .is_remote = operator->is_remote, .key = operator->key};
    if (operator->is_remote) remote.urls[i] = operator->settings->url;
  }
  open_anchors(verify);
  struct vd_verifier_options options = {.realm = verify->settings.realm, .threshold = verify->settings.threshold,
                                        .status_max_age_s = verify->settings.status_max_age_s,
                                        .trust = verify->trust, .operator_count = verify->operators.count,
                                        .operators = operators, .anchors = verify->anchors};
  enum vd_error error = vd_verifier_new(&options, &verify->verifier, failure);
  remote.verifier = verify->verifier;
  if (error != VD_OK || remote.client == NULL) return error;
  return vd_remote_verifier_new(&remote, &verify->remote, failure);
}

static enum vd_error prepare(struct verify *verify, struct vd_failure *failure) {
  const struct vd_settings *settings = &verify->settings;
  enum vd_error error = vd_settings_read(verify->config, &verify->settings, failure);
  if (error == VD_OK && settings->operators_count == 0) {
    error = vd_fail(failure, VD_CONFIG, "%s names no operators to ask", verify->config);
  }
  if (error == VD_OK) error = vd_settings_profiles(settings, &verify->profiles, failure);
  if (error == VD_OK) error = vd_context_new(&verify->context, failure);
  if (error == VD_OK) error = ctl_trust_open(verify->context, settings, &verify->trust, failure);
  if (error == VD_OK) {
    error = ctl_operators_begin(&verify->operators, verify->context, settings->realm, settings->operators,
                                settings->operators_count, NULL, failure);
  }
  return error == VD_OK ? make_verifiers(verify, failure) : error;
}

/* Says each operator over the network that does not answer once. */
static void say_unreachable(struct verify *verify) {
  for (size_t i = 0; i < verify->verdict.operator_count; i++) {
    const struct vd_operator_answer *answer = &verify->verdict.operators[i];
    if (answer->state != VD_OPERATOR_UNREACHABLE || !verify->operators.items[i].is_remote) continue;
    if (verify->is_said[i]) continue;
    verify->is_said[i] = true;
    (void)fprintf(stderr, "verifyctl verify: operator %u is unreachable: %s does not answer\n", answer->number,
                  verify->operators.items[i].settings->url);
  }
}

static enum vd_error print(struct verify *verify, const char *source, struct vd_failure *failure) {
  char *json = NULL;
  size_t len = 0;
  if (!verify->json) {
    ctl_verify_print(source, &verify->verdict, &verify->profiles, &verify->settings, verify->language);
    return VD_OK;
  }
  enum vd_error error = vd_answer_write(&verify->verdict, &verify->profiles, &verify->settings, &json, &len, failure);
  if (error == VD_OK) (void)printf("%.*s\n", (int)len, json);
  vd_answer_free(json);
  return error;
}

static void finished(void *context, struct vd_verdict *verdict) {
  struct verify *verify = context;
  (void)verdict;
  verify->is_finished = true;
}

static enum vd_error verify_one(struct verify *verify, size_t len, const char *source, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  uint64_t now_s = (uint64_t)time(NULL);
  if (verify->remote == NULL) {
    vd_verify(verify->verifier, verify->text, len, now_s, &verify->verdict);
  } else {
    error = vd_remote_verify(verify->remote, verify->text, len, now_s, &verify->verdict, finished, verify, NULL,
                             failure);
    if (error != VD_OK) return error;
    vd_client_run(verify->operators.client);
    if (!verify->is_finished) return vd_fail(failure, VD_INTERNAL, "the verification has not come to an end");
    verify->is_finished = false;
    say_unreachable(verify);
  }
  verify->seen_not_valid |= verify->verdict.verdict == FRAG_NOT_VALID;
  verify->seen_inconclusive |= verify->verdict.verdict == FRAG_INCONCLUSIVE;
  error = print(verify, source, failure);
  vd_verdict_wipe(&verify->verdict);
  return error;
}

/* Verifies every code of an operand. */
static enum vd_error verify_operand(struct verify *verify, const char *operand, size_t number,
                                    struct vd_failure *failure) {
  struct ctl_input input;
  bool found = true;
  size_t len = 0, codes = 0;
  enum vd_error error = ctl_input_open(operand, number, &input, failure);
  while (error == VD_OK && found) {
    error = ctl_input_next(verify->context, &input, &found, verify->text, &len, failure);
    if (error == VD_OK && found) error = verify_one(verify, len, input.literal ? NULL : operand, failure);
    codes += found;
  }
  if (error == VD_OK && codes == 0) error = vd_fail(failure, VD_DATA, "there is no QR text in it");
  vd_wipe(verify->text, sizeof verify->text);
  ctl_input_free(&input);
  return error;
}

static void verify_all(struct verify *verify, int count, char **operands) {
  for (int i = 0; i < count; i++) {
    struct vd_failure failure = {.code = VD_OK};
    enum vd_error error = verify_operand(verify, operands[i], (size_t)i + 1, &failure);
    if (error == VD_OK) continue;
    (void)fflush(stdout);
    (void)fprintf(stderr, "verifyctl verify: operand %d: %s\n", i + 1, failure.text);
    if (verify->first_error == VD_OK) verify->first_error = error;
  }
}

/* The worst of the results: an error, then NOT_VALID, then INCONCLUSIVE. */
static int exit_code(const struct verify *verify) {
  if (verify->first_error != VD_OK) return vd_exit_code(verify->first_error);
  if (verify->seen_not_valid) return FRAG_NOT_VALID;
  return verify->seen_inconclusive ? FRAG_INCONCLUSIVE : FRAG_VALID;
}

static void release(struct verify *verify) {
  vd_remote_verifier_free(verify->remote);
  vd_verifier_free(verify->verifier);
  vd_anchors_close(verify->anchors);
  ctl_operators_end(&verify->operators);
  frag_trust_free(verify->trust);
  vd_profiles_free(&verify->profiles);
  frag_context_free(verify->context);
  vd_wipe(verify, sizeof *verify);
}

enum vd_error ctl_verify(int argc, char **argv, int *status, struct vd_failure *failure) {
  char language[3];
  int first = 0;
  bool help = false;
  *status = 0;
  struct verify *verify = calloc(1, sizeof *verify);
  if (verify == NULL) return vd_fail(failure, VD_MEMORY, "no memory to begin");
  enum vd_error error = parse(verify, argc, argv, &first, &help, failure);
  if (verify->language == NULL) verify->language = language_of_environment(language);
  if (error == VD_OK && !help) error = prepare(verify, failure);
  if (error == VD_OK && !help) {
    verify_all(verify, argc - first, argv + first);
    *status = exit_code(verify);
  }
  release(verify);
  free(verify);
  return error;
}
