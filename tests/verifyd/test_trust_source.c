/* Taking a new trust list while the service runs, and not going back behind one. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/context.h"
#include "serve/trust_source.h"
#include "temp_folder.h"
#include "trust_fixture.h"

#define NOW_S UINT64_C(1750000000)

static struct temp_folder folder;
static struct frag_context *context;
static struct trust_fixture lists;
static struct vd_settings settings;
static struct vd_role_metrics metrics;
static struct vd_trust_source *source;
static struct vd_failure failure;
static int log_fd;

static void put(const void *bytes, size_t len) { temp_folder_put(&folder, "trust.list", bytes, len); }

static void put_list(void) { put(lists.file, lists.file_len); }

static enum vd_error try_start(void) {
  struct vd_trust_source_options options = {.settings = &settings, .metrics = &metrics, .log_fd = log_fd};
  failure.text[0] = '\0';
  return vd_trust_source_new(&options, NOW_S, &source, &failure);
}

static void start(void) {
  if (try_start() != VD_OK) fail_msg("%s", failure.text);
}

static void stop(void) {
  vd_trust_source_free(source);
  source = NULL;
}

static int begin(void **state) {
  (void)state;
  temp_folder_make(&folder);
  temp_folder_make_inner(&folder, "seen");
  assert_int_equal(vd_context_new(&context, NULL), VD_OK);
  trust_fixture_begin(&lists, context, TRUST_FIXTURE_REALM);
  memset(&settings, 0, sizeof settings);
  settings.realm = TRUST_FIXTURE_REALM;
  settings.trust.roots_count = settings.trust.threshold = 1;
  memcpy(settings.trust.roots[0], lists.root_public, 32);
  (void)snprintf(settings.trust.file, sizeof settings.trust.file, "%s", temp_folder_at(&folder, "trust.list"));
  vd_role_metrics_init(&metrics);
  log_fd = memfd_create("log", MFD_CLOEXEC);
  assert_true(log_fd >= 0);
  (void)trust_fixture_add(&lists, 1, "one.example", NULL);
  trust_fixture_write(&lists);
  put_list();
  return 0;
}

static int end(void **state) {
  (void)state;
  stop();
  trust_fixture_end(&lists);
  frag_context_free(context);
  (void)close(log_fd);
  temp_folder_remove(&folder);
  return 0;
}

static void use_memory(void) {
  (void)snprintf(settings.memory, sizeof settings.memory, "%s", temp_folder_at(&folder, "seen"));
}

static uint64_t number_in_use(void) {
  struct vd_trust_edition *edition = vd_trust_source_take(source);
  uint64_t number = frag_trust_list(edition->trust)->list_no;
  vd_trust_edition_give(edition);
  return number;
}

static void look(void) { vd_trust_source_look(source, NOW_S); }

static unsigned long refused(void) { return (unsigned long)atomic_load(&metrics.trust_lists_refused); }

static bool logged(const char *text) {
  static char log[1 << 16];
  ssize_t len = pread(log_fd, log, sizeof log - 1, 0);
  assert_true(len >= 0);
  log[len] = '\0';
  return strstr(log, text) != NULL;
}

/* The list in use has that number, and the file was refused so many times. */
static void expect(uint64_t number, unsigned long refusals, bool is_refusing) {
  look();
  assert_int_equal(number_in_use(), number);
  assert_int_equal(refused(), refusals);
  assert_int_equal(vd_trust_source_is_refusing(source), is_refusing);
}

static void the_next_list_is_taken(void **state) {
  (void)state;
  start();
  expect(1, 0, false);
  struct vd_trust_edition *held = vd_trust_source_take(source);
  (void)trust_fixture_add(&lists, 2, "two.example", NULL);
  trust_fixture_write(&lists);
  put_list();
  assert_false(vd_trust_source_is_other(source, held));
  expect(2, 0, false);
  assert_true(vd_trust_source_is_other(source, held));
  assert_true(logged("event=trust_list_accepted list_no=2"));
  assert_int_equal(atomic_load(&metrics.trust_lists_accepted), 1);
  assert_int_equal(frag_trust_list(held->trust)->key_count, 1); /* what is held stays as it is */
  vd_trust_edition_give(held);
  expect(2, 0, false);
  assert_int_equal(atomic_load(&metrics.trust_lists_accepted), 1);
}

static void the_same_list_with_other_signatures_is_no_news(void **state) {
  static const uint8_t aux[32] = {9};
  struct frag_root_signature signatures[2];
  struct frag_slice list;
  size_t count;
  uint8_t file[TRUST_FIXTURE_FILE_MAX];
  (void)state;
  start();
  struct frag_slice whole = {lists.file, lists.file_len};
  assert_int_equal(frag_trust_file_decode(&list, signatures, 1, &count, whole), FRAG_OK);
  assert_int_equal(frag_trust_sign(context, &signatures[1], list, lists.root, aux), FRAG_OK);
  size_t len;
  assert_int_equal(frag_trust_file_encode(file, sizeof file, &len, list, signatures, 2), FRAG_OK);
  struct vd_trust_edition *held = vd_trust_source_take(source);
  put(file, len);
  expect(1, 0, false);
  assert_false(vd_trust_source_is_other(source, held));
  vd_trust_edition_give(held);
}

static void an_older_list_is_refused(void **state) {
  static struct trust_fixture old;
  (void)state;
  old = lists;
  start();
  trust_fixture_write(&lists);
  put_list();
  expect(2, 0, false);
  put(old.file, old.file_len);
  expect(2, 1, true);
  assert_true(logged("event=trust_list_refused"));
  assert_true(logged("number 1 and is not newer than number 2"));
  expect(2, 1, true); /* told once */
  put_list();
  expect(2, 1, false);
}

static void a_list_that_does_not_follow_is_refused(void **state) {
  (void)state;
  start();
  lists.list.prev_hash[0] ^= 1;
  trust_fixture_write(&lists);
  put_list();
  expect(1, 1, true);
  assert_true(logged("trust list 2 does not continue the list 1"));
}

static void a_list_that_leaves_lists_out_is_refused_until_they_came(void **state) {
  static struct trust_fixture second;
  (void)state;
  start();
  trust_fixture_write(&lists);
  second = lists;
  trust_fixture_write(&lists);
  put_list();
  expect(1, 1, true);
  assert_true(logged("put the lists between them in place first"));
  put(second.file, second.file_len);
  expect(2, 1, false);
  put_list();
  expect(3, 1, false);
}

static void a_list_that_loses_or_changes_a_key_is_refused(void **state) {
  static struct trust_fixture first;
  (void)state;
  start();
  first = lists;
  lists.list.key_count = 0;
  (void)trust_fixture_add(&lists, 2, "two.example", NULL);
  trust_fixture_write(&lists);
  put_list();
  expect(1, 1, true);
  lists = first;
  lists.keys[0].issuer = (struct frag_slice){(const uint8_t *)"two.example", 11};
  trust_fixture_write(&lists);
  put_list();
  expect(1, 2, true);
}

static void a_list_of_another_root_or_realm_is_refused(void **state) {
  static const uint8_t secret[32] = {0x55};
  (void)state;
  start();
  struct frag_key *pinned = lists.root;
  assert_int_equal(frag_key_new(context, &lists.root, secret), FRAG_OK);
  trust_fixture_write(&lists);
  frag_key_free(lists.root);
  lists.root = pinned;
  put_list();
  expect(1, 1, true);
  assert_true(logged("too few pinned roots"));
  lists.list.list_no = 2;
  lists.list.realm++;
  trust_fixture_write(&lists);
  put_list();
  expect(1, 2, true);
}

static void garbage_and_every_half_written_file_is_refused(void **state) {
  (void)state;
  start();
  put("not a trust list", 16);
  expect(1, 1, true);
  put("", 0);
  expect(1, 2, true);
  trust_fixture_write(&lists);
  unsigned long refusals = 2;
  for (size_t len = 1; len < lists.file_len; len += 7) { /* written in place, piece by piece */
    put(lists.file, len);
    expect(1, ++refusals, true);
  }
  put_list();
  expect(2, refusals, false);
}

static void every_flipped_byte_is_refused(void **state) {
  (void)state;
  start();
  trust_fixture_write(&lists);
  for (size_t at = 0; at < lists.file_len; at += 3) {
    lists.file[at] ^= 0x10;
    put_list();
    look();
    assert_int_equal(number_in_use(), 1);
    lists.file[at] ^= 0x10;
  }
  put_list();
  look();
  assert_int_equal(number_in_use(), 2);
}

static void a_file_that_is_gone_or_unreadable_is_told_once(void **state) {
  (void)state;
  start();
  assert_int_equal(unlink(settings.trust.file), 0);
  expect(1, 1, true);
  expect(1, 1, true);
  assert_int_equal(mkdir(settings.trust.file, 0700), 0);
  expect(1, 1, true);
  assert_int_equal(rmdir(settings.trust.file), 0);
  assert_int_equal(mkfifo(settings.trust.file, 0600), 0); /* nobody writes to it: it is not waited for */
  (void)alarm(60);
  expect(1, 1, true);
  (void)alarm(0);
  assert_int_equal(unlink(settings.trust.file), 0);
  put_list();
  expect(1, 1, false);
  if (geteuid() == 0) return; /* who may read everything */
  assert_int_equal(chmod(settings.trust.file, 0), 0);
  expect(1, 2, true);
}

static void a_file_put_in_place_of_another_is_taken(void **state) {
  char path[300];
  (void)state;
  start();
  trust_fixture_write(&lists);
  temp_folder_put(&folder, "new", lists.file, lists.file_len);
  (void)snprintf(path, sizeof path, "%s", temp_folder_at(&folder, "new"));
  assert_int_equal(rename(path, settings.trust.file), 0);
  expect(2, 0, false);
}

static void it_is_told_when_a_list_becomes_overdue(void **state) {
  (void)state;
  lists.list.list_no = 1;
  memset(lists.list.prev_hash, 0, 32);
  lists.list.next_update_s = NOW_S + 10;
  trust_fixture_write(&lists);
  put_list();
  start();
  struct vd_trust_edition *held = vd_trust_source_take(source);
  assert_false(held->is_overdue);
  vd_trust_source_look(source, NOW_S + 10);
  assert_false(vd_trust_source_is_other(source, held));
  vd_trust_source_look(source, NOW_S + 11);
  assert_true(vd_trust_source_is_other(source, held));
  vd_trust_edition_give(held);
  held = vd_trust_source_take(source);
  assert_true(held->is_overdue);
  assert_int_equal(frag_trust_list(held->trust)->list_no, 1);
  vd_trust_edition_give(held);
  assert_true(logged("event=trust_list_overdue list_no=1"));
}

/* ---- across restarts ---- */

static void an_older_list_is_refused_at_the_next_start(void **state) {
  static struct trust_fixture old;
  (void)state;
  use_memory();
  old = lists;
  start();
  look();
  trust_fixture_write(&lists);
  put_list();
  look();
  stop();
  put(old.file, old.file_len);
  assert_int_equal(try_start(), VD_CONFIG);
  assert_non_null(strstr(failure.text, "number 1 and is not newer than number 2"));
  assert_non_null(strstr(failure.text, "trust.accepted"));
  put_list();
  start();
  stop();
  put(old.file, old.file_len);
  settings.memory[0] = '\0'; /* without memory nobody knows */
  start();
}

static void a_list_that_does_not_follow_is_refused_at_the_next_start(void **state) {
  static struct trust_fixture second;
  (void)state;
  use_memory();
  start();
  look();
  stop();
  trust_fixture_write(&lists);
  second = lists;
  trust_fixture_write(&lists);
  put_list();
  assert_int_equal(try_start(), VD_CONFIG);
  assert_non_null(strstr(failure.text, "put the lists between them in place first"));
  put(second.file, second.file_len);
  start();
  look();
  stop();
  put_list();
  start();
  look();
  stop();
  assert_int_equal(unlink(temp_folder_at(&folder, "seen/trust.accepted")), 0); /* as the operator's manual says */
  put(second.file, second.file_len);
  start();
}

static void nothing_is_remembered_before_the_first_look(void **state) {
  (void)state;
  use_memory();
  start();
  assert_int_not_equal(access(temp_folder_at(&folder, "seen/trust.accepted"), F_OK), 0);
  look();
  assert_int_equal(access(temp_folder_at(&folder, "seen/trust.accepted"), F_OK), 0);
}

static void a_damaged_memory_stops_the_start(void **state) {
  (void)state;
  use_memory();
  temp_folder_put(&folder, "seen/trust.accepted", "xx", 2);
  assert_int_equal(try_start(), VD_DATA);
  assert_non_null(strstr(failure.text, "trust.accepted"));
}

static void a_list_that_cannot_be_remembered_is_used_all_the_same(void **state) {
  (void)state;
  use_memory();
  start();
  assert_int_equal(rmdir(settings.memory), 0);
  trust_fixture_write(&lists);
  put_list();
  expect(2, 0, false);
  assert_true(logged("event=trust_list_not_remembered"));
  temp_folder_make_inner(&folder, "seen");
  look();
  assert_int_equal(access(temp_folder_at(&folder, "seen/trust.accepted"), F_OK), 0);
}

static void the_first_file_has_to_be_right(void **state) {
  (void)state;
  put("junk", 4);
  assert_int_equal(try_start(), VD_DATA);
  assert_int_equal(unlink(settings.trust.file), 0);
  assert_int_equal(try_start(), VD_NO_INPUT);
  assert_null(source);
}

/* ---- many at once ---- */

static atomic_bool is_over;
static atomic_uint_fast64_t newest; /* a number that was surely published */

static void *use_lists(void *unused) {
  struct vd_trust_edition *edition = vd_trust_source_take(source);
  while (!atomic_load(&is_over)) {
    uint64_t at_least = atomic_load(&newest);
    if (vd_trust_source_is_other(source, edition)) {
      vd_trust_edition_give(edition);
      edition = vd_trust_source_take(source);
    }
    const struct frag_trust_list *list = frag_trust_list(edition->trust);
    vd_trust_edition_hold(edition);
    if (list->list_no < at_least || list->key_count != 1 || edition->json.plain.len == 0) abort();
    vd_trust_edition_give(edition);
  }
  vd_trust_edition_give(edition);
  return unused;
}

static void editions_change_under_their_users(void **state) {
  enum { THREADS = 3, LISTS = 60 };
  pthread_t threads[THREADS];
  (void)state;
  start();
  atomic_store(&is_over, false);
  atomic_store(&newest, 1);
  for (size_t i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, use_lists, NULL), 0);
  for (uint64_t number = 2; number <= LISTS; number++) {
    trust_fixture_write(&lists);
    put_list();
    look();
    atomic_store(&newest, number);
  }
  atomic_store(&is_over, true);
  for (size_t i = 0; i < THREADS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
  assert_int_equal(number_in_use(), LISTS);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(the_next_list_is_taken),
      TEST(the_same_list_with_other_signatures_is_no_news),
      TEST(an_older_list_is_refused),
      TEST(a_list_that_does_not_follow_is_refused),
      TEST(a_list_that_leaves_lists_out_is_refused_until_they_came),
      TEST(a_list_that_loses_or_changes_a_key_is_refused),
      TEST(a_list_of_another_root_or_realm_is_refused),
      TEST(garbage_and_every_half_written_file_is_refused),
      TEST(every_flipped_byte_is_refused),
      TEST(a_file_that_is_gone_or_unreadable_is_told_once),
      TEST(a_file_put_in_place_of_another_is_taken),
      TEST(it_is_told_when_a_list_becomes_overdue),
      TEST(an_older_list_is_refused_at_the_next_start),
      TEST(a_list_that_does_not_follow_is_refused_at_the_next_start),
      TEST(nothing_is_remembered_before_the_first_look),
      TEST(a_damaged_memory_stops_the_start),
      TEST(a_list_that_cannot_be_remembered_is_used_all_the_same),
      TEST(the_first_file_has_to_be_right),
      TEST(editions_change_under_their_users),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
