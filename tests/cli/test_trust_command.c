/* What nobody can make with verifyctl, given to its actions: lists signed by enough roots that may not follow, which
 * check refuses; and wrong or too many signatures, which merge and sign take without harm, or refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/context.h"
#include "base/hex.h"
#include "command.h"
#include "trust_file.h"
#include "verifyd/temp_folder.h"

#define ROOTS 3
#define LIST_MAX 4096
#define WORDS_MAX 10
#define TEXT(text_) {.data = (const uint8_t *)(text_), .len = sizeof(text_) - 1}

static struct frag_context *context;
static struct temp_folder temp;
static struct frag_key *roots[ROOTS];

struct draft {
  struct frag_trust_list list;
  struct frag_trust_key keys[2];
  uint8_t bytes[LIST_MAX];
  size_t len;
};

static struct frag_key *key_of(uint8_t secret) {
  const uint8_t secret32[32] = {[31] = secret};
  struct frag_key *key = NULL;
  assert_int_equal(frag_key_new(context, &key, secret32), FRAG_OK);
  return key;
}

static void fill(struct draft *draft, uint64_t list_no, const struct draft *before) {
  *draft = (struct draft){.list = {.realm = 5, .list_no = list_no, .issued_s = 10, .next_update_s = 4000000000}};
  for (uint8_t i = 0; i < 2; i++) {
    struct frag_key *key = key_of((uint8_t)(i + 1));
    memcpy(draft->keys[i].kid, frag_key_id(key), FRAG_KID_LEN);
    memcpy(draft->keys[i].pub32, frag_key_public(key), 32);
    frag_key_free(key);
    draft->keys[i].role = FRAG_ROLE_ISSUER;
    draft->keys[i].issuer = (struct frag_slice)TEXT("moeys.example");
    draft->keys[i].not_after_s = 4000000000;
  }
  draft->list.keys = draft->keys;
  draft->list.key_count = 2;
  if (before == NULL) return;
  struct frag_trust *trust = NULL;
  struct frag_slice bytes = {.data = before->bytes, .len = before->len};
  assert_int_equal(frag_trust_decode(context, &trust, bytes), FRAG_OK);
  memcpy(draft->list.prev_hash, frag_trust_hash(trust), 32);
  frag_trust_free(trust);
}

static void encode(struct draft *draft) {
  assert_int_equal(frag_trust_encode(context, draft->bytes, sizeof draft->bytes, &draft->len, &draft->list), FRAG_OK);
}

static void save(const struct draft *draft, const char *name, const struct frag_root_signature *signatures,
                 size_t count) {
  struct frag_slice list = {.data = draft->bytes, .len = draft->len};
  (void)remove(temp_folder_at(&temp, name));
  assert_int_equal(ctl_trust_file_save(temp_folder_at(&temp, name), list, signatures, count, true, NULL), VD_OK);
}

static struct frag_root_signature sign(const struct draft *draft, size_t root) {
  struct frag_root_signature signature;
  struct frag_slice list = {.data = draft->bytes, .len = draft->len};
  const uint8_t aux[32] = {1};
  assert_int_equal(frag_trust_sign(context, &signature, list, roots[root], aux), FRAG_OK);
  return signature;
}

/* Signs the bytes as they are and writes the file. */
static void write_signed(const struct draft *draft, const char *name, size_t signatures_count) {
  struct frag_root_signature signatures[ROOTS];
  for (size_t i = 0; i < signatures_count; i++) signatures[i] = sign(draft, i);
  save(draft, name, signatures, signatures_count);
}

/* Runs verifyctl trust; words that begin with "@" are files in the folder. NULL ends them. */
static enum vd_error run(const char *const given[], struct vd_failure *failure) {
  char words[WORDS_MAX][600];
  char *argv[WORDS_MAX + 1] = {NULL};
  int argc = 0, status = 0;
  for (; given[argc] != NULL; argc++) {
    bool is_file = given[argc][0] == '@';
    assert_true(argc < WORDS_MAX);
    (void)snprintf(words[argc], sizeof words[argc], "%s",
                   is_file ? temp_folder_at(&temp, given[argc] + 1) : given[argc]);
    argv[argc] = words[argc];
  }
  return ctl_trust(argc, argv, &status, failure);
}

static enum vd_error check(struct vd_failure *failure) {
  return run((const char *const[]){"trust", "check", "--config", "@verifyd.conf", "--since", "@first", "@next", NULL},
             failure);
}

static void refuses(const struct draft *draft, const char *words) {
  struct vd_failure failure = {.code = VD_OK};
  write_signed(draft, "next", 2);
  assert_int_equal(check(&failure), VD_DATA);
  if (strstr(failure.text, words) == NULL) fail_msg("\"%s\" does not say \"%s\"", failure.text, words);
}

static struct draft first;

static void the_right_one(void **state) {
  struct draft draft;
  struct vd_failure failure = {.code = VD_OK};
  (void)state;
  fill(&draft, 2, &first);
  encode(&draft);
  write_signed(&draft, "next", 2);
  if (check(&failure) != VD_OK) fail_msg("%s", failure.text);
  write_signed(&draft, "next", 1);
  assert_int_equal(check(&failure), VD_DATA);
}

static void an_entry_is_gone_or_another(void **state) {
  struct draft draft;
  (void)state;
  fill(&draft, 2, &first);
  draft.list.key_count = 1;
  encode(&draft);
  refuses(&draft, "entries are never removed");
  fill(&draft, 2, &first);
  draft.keys[1].role = FRAG_ROLE_REGISTRAR;
  encode(&draft);
  refuses(&draft, "changes the role");
  fill(&draft, 2, &first);
  draft.keys[1].issuer = (struct frag_slice)TEXT("thief.example");
  encode(&draft);
  refuses(&draft, "changes the issuer");
}

/* A key id is bound to its public key: another public key under the old id is no list at all. */
static void a_public_key_is_another(void **state) {
  struct draft draft;
  struct frag_key *thief = key_of(77);
  (void)state;
  fill(&draft, 2, &first);
  encode(&draft);
  uint8_t *at = memmem(draft.bytes, draft.len, draft.keys[1].pub32, 32);
  assert_non_null(at);
  memcpy(at, frag_key_public(thief), 32);
  frag_key_free(thief);
  refuses(&draft, "a key id does not match its public key");
}

static void the_chain_is_broken(void **state) {
  struct draft draft, other;
  (void)state;
  fill(&draft, 3, &first);
  encode(&draft);
  refuses(&draft, "the lists between them are missing");
  fill(&draft, 1, NULL);
  encode(&draft);
  refuses(&draft, "it would roll the list back");
  fill(&other, 1, NULL);
  other.list.issued_s++;
  encode(&other);
  fill(&draft, 2, &other);
  encode(&draft);
  refuses(&draft, "follows another list 1");
  fill(&draft, 2, &first);
  draft.list.realm = 6;
  encode(&draft);
  refuses(&draft, "for another realm");
}

/* --- signatures --- */

/* Somebody appends a wrong signature in a root's name to one copy: it does not take the place of the right one. */
static void a_wrong_signature_hides_no_right_one(void **state) {
  struct draft draft;
  struct vd_failure failure = {.code = VD_OK};
  (void)state;
  fill(&draft, 2, &first);
  encode(&draft);
  struct frag_root_signature right = sign(&draft, 0), other = sign(&draft, 1), wrong = right;
  wrong.sig64[63] ^= 1;
  save(&draft, "copy-a", &wrong, 1);
  save(&draft, "copy-b", &right, 1);
  save(&draft, "copy-c", &other, 1);
  for (size_t turn = 0; turn < 2; turn++) {
    const char *one = turn == 0 ? "@copy-a" : "@copy-b", *two = turn == 0 ? "@copy-b" : "@copy-a";
    (void)remove(temp_folder_at(&temp, "next"));
    assert_int_equal(run((const char *const[]){"trust", "merge", "--out", "@next", one, two, "@copy-c", NULL}, NULL),
                     VD_OK);
    if (check(&failure) != VD_OK) fail_msg("%s", failure.text);
  }
  (void)remove(temp_folder_at(&temp, "next"));
  assert_int_equal(run((const char *const[]){"trust", "merge", "--out", "@next", "@copy-a", "@copy-c", NULL}, NULL),
                   VD_OK);
  assert_int_equal(check(&failure), VD_DATA);
}

static void more_signatures_than_a_list_may_have(void **state) {
  static struct frag_root_signature junk[CTL_SIGNATURES_MAX + 1];
  struct draft draft;
  struct vd_failure failure = {.code = VD_OK};
  (void)state;
  fill(&draft, 2, &first);
  encode(&draft);
  for (size_t i = 0; i <= CTL_SIGNATURES_MAX; i++) junk[i].kid[0] = (uint8_t)(i + 1);
  save(&draft, "copy-a", junk, CTL_SIGNATURES_MAX);
  save(&draft, "copy-b", junk + 1, CTL_SIGNATURES_MAX);
  save(&draft, "copy-c", junk, CTL_SIGNATURES_MAX + 1);
  (void)remove(temp_folder_at(&temp, "next"));
  const char *const full[] = {"trust", "merge", "--out", "@next", "@copy-a", "@copy-b", NULL};
  const char *const too_long[] = {"trust", "merge", "--out", "@next", "@copy-a", "@copy-c", NULL};
  const char *const same[] = {"trust", "merge", "--out", "@next", "@copy-a", "@copy-a", NULL};
  assert_int_equal(run(full, &failure), VD_FULL);
  assert_non_null(strstr(failure.text, "copy-b"));
  assert_int_equal(run(too_long, &failure), VD_FULL);
  assert_int_equal(run(same, &failure), VD_OK);
}

/* The highest number, and times past the calendar, leave no room for a next list. */
static void no_list_can_follow(void **state) {
  struct draft draft;
  struct vd_failure failure = {.code = VD_OK};
  const char *const next[] = {"trust", "next", "--list", "@last", "--out", "@after", NULL};
  (void)state;
  fill(&draft, UINT64_MAX, &first);
  encode(&draft);
  write_signed(&draft, "last", 2);
  assert_int_equal(run(next, &failure), VD_DATA);
  assert_non_null(strstr(failure.text, "no list can follow it"));
  fill(&draft, 2, &first);
  draft.list.issued_s = UINT64_MAX - 2;
  draft.list.next_update_s = UINT64_MAX - 1;
  encode(&draft);
  write_signed(&draft, "last", 2);
  assert_int_equal(run(next, &failure), VD_DATA);
  draft.list.issued_s = 0;
  encode(&draft);
  write_signed(&draft, "last", 2);
  assert_int_equal(run(next, &failure), VD_DATA);
}

static void write_conf(void) {
  char conf[1024], pins[ROOTS][65];
  for (size_t i = 0; i < ROOTS; i++) vd_hex_encode(pins[i], frag_key_public(roots[i]), 32);
  int len = snprintf(conf, sizeof conf,
                     "realm = 5; threshold = 1;\n"
                     "trust = { file = \"first\"; roots = [ \"%s\", \"%s\", \"%s\" ]; threshold = 2; };\n"
                     "operators = ( { number = 1; name = \"One\"; store = \"ledger-1\"; } );\n",
                     pins[0], pins[1], pins[2]);
  temp_folder_put(&temp, "verifyd.conf", conf, (size_t)len);
}

static int begin(void **state) {
  (void)state;
  if (vd_context_new(&context, NULL) != VD_OK) return 1;
  temp_folder_make(&temp);
  for (uint8_t i = 0; i < ROOTS; i++) roots[i] = key_of((uint8_t)(100 + i));
  write_conf();
  fill(&first, 1, NULL);
  encode(&first);
  write_signed(&first, "first", 2);
  return 0;
}

static int end(void **state) {
  (void)state;
  for (size_t i = 0; i < ROOTS; i++) frag_key_free(roots[i]);
  temp_folder_remove(&temp);
  frag_context_free(context);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_right_one), cmocka_unit_test(an_entry_is_gone_or_another),
      cmocka_unit_test(a_public_key_is_another), cmocka_unit_test(the_chain_is_broken),
      cmocka_unit_test(a_wrong_signature_hides_no_right_one), cmocka_unit_test(more_signatures_than_a_list_may_have),
      cmocka_unit_test(no_list_can_follow)};
  return cmocka_run_group_tests(tests, begin, end);
}
