/* What one trust list changes in another: field by field, and every way in which it may not take its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/context.h"
#include "trust_difference.h"

#define KEYS 3
#define TEXT(text_) {.data = (const uint8_t *)(text_), .len = sizeof(text_) - 1}

static struct frag_context *context;
static struct frag_trust *old;

/* A list that may be changed before it is made. */
struct draft {
  struct frag_trust_list list;
  struct frag_trust_key keys[KEYS];
  struct frag_issuer_name names[2];
  struct frag_slice types[2];
};

static void fill_key(struct frag_trust_key *key, uint8_t secret, frag_role role) {
  const uint8_t secret32[32] = {[31] = secret};
  struct frag_key *made = NULL;
  assert_int_equal(frag_key_new(context, &made, secret32), FRAG_OK);
  memcpy(key->kid, frag_key_id(made), sizeof key->kid);
  memcpy(key->pub32, frag_key_public(made), sizeof key->pub32);
  frag_key_free(made);
  key->role = (uint64_t)role;
  key->issuer = (struct frag_slice)TEXT("moeys.example");
  key->not_before_s = 1000;
  key->not_after_s = 2000;
}

static void fill(struct draft *draft, uint64_t list_no) {
  *draft = (struct draft){.list = {.realm = 5, .list_no = list_no, .issued_s = 10, .next_update_s = 20}};
  for (uint8_t i = 0; i < KEYS; i++) {
    fill_key(&draft->keys[i], (uint8_t)(i + 1), i == 2 ? FRAG_ROLE_REGISTRAR : FRAG_ROLE_ISSUER);
  }
  draft->names[0] = (struct frag_issuer_name){TEXT("en"), TEXT("Ministry")};
  draft->names[1] = (struct frag_issuer_name){TEXT("km"), TEXT("ក្រសួង")};
  draft->types[0] = (struct frag_slice)TEXT("degree/bachelor");
  draft->types[1] = (struct frag_slice)TEXT("degree/master");
  draft->keys[0].names = draft->names;
  draft->keys[0].name_count = 2;
  draft->keys[0].types = draft->types;
  draft->keys[0].type_count = 2;
  draft->list.keys = draft->keys;
  draft->list.key_count = KEYS;
  if (list_no > 1) memcpy(draft->list.prev_hash, frag_trust_hash(old), sizeof draft->list.prev_hash);
}

static struct frag_trust *make(const struct draft *draft) {
  static uint8_t bytes[4096];
  struct frag_trust *trust = NULL;
  size_t len = 0;
  assert_int_equal(frag_trust_encode(context, bytes, sizeof bytes, &len, &draft->list), FRAG_OK);
  assert_int_equal(frag_trust_decode(context, &trust, (struct frag_slice){.data = bytes, .len = len}), FRAG_OK);
  return trust;
}

/* The fields in which key 0 of the draft differs from that of the first list. */
static unsigned fields_of(const struct draft *draft) {
  struct frag_trust *now = make(draft);
  const struct frag_trust_key *key = frag_trust_find(now, draft->keys[0].kid);
  unsigned fields = ctl_trust_difference_key(frag_trust_find(old, draft->keys[0].kid), key);
  assert_int_equal(ctl_trust_difference_key(key, frag_trust_find(old, draft->keys[0].kid)), fields);
  assert_int_equal(ctl_trust_difference_key(key, key), 0);
  frag_trust_free(now);
  return fields;
}

static void fields_that_differ(void **state) {
  struct draft draft;
  (void)state;
  fill(&draft, 2);
  assert_int_equal(fields_of(&draft), 0);
  draft.keys[0].not_before_s++;
  assert_int_equal(fields_of(&draft), CTL_TRUST_NOT_BEFORE);
  draft.keys[0].not_after_s--;
  assert_int_equal(fields_of(&draft), CTL_TRUST_NOT_BEFORE | CTL_TRUST_NOT_AFTER);
  fill(&draft, 2);
  draft.keys[0].has_compromised_since = true;
  assert_int_equal(fields_of(&draft), CTL_TRUST_COMPROMISED);
  draft.keys[0].compromised_since_s = 1500;
  assert_int_equal(fields_of(&draft), CTL_TRUST_COMPROMISED);
  fill(&draft, 2);
  draft.keys[0].role = FRAG_ROLE_REGISTRAR;
  draft.keys[0].issuer = (struct frag_slice)TEXT("moeys.exampl");
  assert_int_equal(fields_of(&draft), CTL_TRUST_ROLE | CTL_TRUST_ISSUER);
}

static void names_and_types_that_differ(void **state) {
  struct draft draft;
  (void)state;
  fill(&draft, 2);
  draft.names[1].name = (struct frag_slice)TEXT("ក្រសួងអប់រំ");
  assert_int_equal(fields_of(&draft), CTL_TRUST_NAMES);
  fill(&draft, 2);
  draft.names[1].language = (struct frag_slice)TEXT("fr");
  assert_int_equal(fields_of(&draft), CTL_TRUST_NAMES);
  fill(&draft, 2);
  draft.keys[0].name_count = 1;
  assert_int_equal(fields_of(&draft), CTL_TRUST_NAMES);
  fill(&draft, 2);
  draft.keys[0].type_count = 0;
  assert_int_equal(fields_of(&draft), CTL_TRUST_TYPES);
  fill(&draft, 2);
  draft.types[1] = (struct frag_slice)TEXT("degree/doctor");
  assert_int_equal(fields_of(&draft), CTL_TRUST_TYPES);
  /* The order of the names is the encoding's, so that it makes no difference. */
  fill(&draft, 2);
  struct frag_issuer_name first = draft.names[0];
  draft.names[0] = draft.names[1];
  draft.names[1] = first;
  assert_int_equal(fields_of(&draft), 0);
}

static void refuses(const struct draft *draft, const char *words) {
  struct frag_trust *now = make(draft);
  struct vd_failure failure = {.code = VD_OK};
  assert_int_equal(ctl_trust_difference_follows(old, "old.list", now, "new.list", &failure), VD_DATA);
  if (strstr(failure.text, words) == NULL) fail_msg("\"%s\" does not say \"%s\"", failure.text, words);
  frag_trust_free(now);
}

static void what_may_follow(void **state) {
  struct draft draft;
  (void)state;
  fill(&draft, 2);
  draft.keys[0].not_after_s = 1500;
  draft.keys[1].has_compromised_since = true;
  struct frag_trust *now = make(&draft);
  assert_int_equal(ctl_trust_difference_follows(old, "old.list", now, "new.list", NULL), VD_OK);
  frag_trust_free(now);
}

static void what_may_not(void **state) {
  struct draft draft;
  (void)state;
  fill(&draft, 1);
  refuses(&draft, "new.list is list 1, which is not newer than list 1 (old.list)");
  fill(&draft, 3);
  refuses(&draft, "the lists between them are missing");
  fill(&draft, 2);
  draft.list.prev_hash[31] ^= 1;
  refuses(&draft, "follows another list 1 than old.list");
  fill(&draft, 2);
  draft.list.realm = 6;
  refuses(&draft, "for another realm");
  fill(&draft, 2);
  draft.list.key_count = 2;
  refuses(&draft, "entries are never removed");
  fill(&draft, 2);
  fill_key(&draft.keys[1], 9, FRAG_ROLE_ISSUER); /* put in place of another */
  refuses(&draft, "entries are never removed");
  fill(&draft, 2);
  draft.keys[2].role = FRAG_ROLE_ISSUER;
  refuses(&draft, "changes the role of the entry ");
  fill(&draft, 2);
  draft.keys[1].issuer = (struct frag_slice)TEXT("other.example");
  refuses(&draft, "changes the issuer of the entry ");
}

static int begin(void **state) {
  struct draft draft;
  (void)state;
  if (vd_context_new(&context, NULL) != VD_OK) return 1;
  fill(&draft, 1);
  old = make(&draft);
  return 0;
}

static int end(void **state) {
  (void)state;
  frag_trust_free(old);
  frag_context_free(context);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(fields_that_differ),
                                     cmocka_unit_test(names_and_types_that_differ), cmocka_unit_test(what_may_follow),
                                     cmocka_unit_test(what_may_not)};
  return cmocka_run_group_tests(tests, begin, end);
}
