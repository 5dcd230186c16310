/* Transactions and blocks as people write them, and where they can be looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/explorer.h"

#define AA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BB "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct vd_chain_settings evm = {.name = "sepolia", .kind = VD_CHAIN_EVM};
static struct vd_chain_settings bitcoin = {.name = "bitcoin", .kind = VD_CHAIN_BITCOIN};
static struct vd_anchors_item item;

static int begin(void **state) {
  (void)state;
  memset(item.transaction, 0xaa, sizeof item.transaction);
  memset(item.block_hash, 0xbb, sizeof item.block_hash);
  return 0;
}

static void assert_url(struct vd_chain_settings *chain, const char *explorer, const char *expected) {
  char url[VD_EXPLORER_URL_SIZE];
  assert_true(strlen(explorer) < sizeof chain->explorer);
  strcpy(chain->explorer, explorer);
  assert_true(vd_explorer_url(url, chain, &item));
  assert_string_equal(url, expected);
}

static void hashes_have_0x_on_an_evm_chain_only(void **state) {
  char text[VD_EXPLORER_HASH_SIZE];
  (void)state;
  vd_explorer_hash(text, &evm, item.transaction);
  assert_string_equal(text, "0x" AA);
  vd_explorer_hash(text, &bitcoin, item.transaction);
  assert_string_equal(text, AA);
  vd_explorer_hash(text, NULL, item.transaction);
  assert_string_equal(text, AA);
}

static void names_in_the_address_are_replaced(void **state) {
  (void)state;
  assert_url(&evm, "https://scan.example/tx/{transaction}", "https://scan.example/tx/0x" AA);
  assert_url(&bitcoin, "https://scan.example/{block}/{transaction}#{block}",
             "https://scan.example/" BB "/" AA "#" BB);
  assert_url(&bitcoin, "http://x/{transaction", "http://x/{transaction");
  assert_url(&bitcoin, "http://x/{Block}{}{{block}}", "http://x/{Block}{}{" BB "}");
}

static void without_an_explorer_there_is_no_address(void **state) {
  char url[VD_EXPLORER_URL_SIZE];
  (void)state;
  evm.explorer[0] = '\0';
  assert_false(vd_explorer_url(url, &evm, &item));
  assert_false(vd_explorer_url(url, NULL, &item));
}

static void an_address_that_gets_too_long_is_none(void **state) {
  char url[VD_EXPLORER_URL_SIZE];
  (void)state;
  strcpy(bitcoin.explorer, "http://x/");
  for (unsigned n = 0; n < 7; n++) strcat(bitcoin.explorer, "{block}");
  assert_true(vd_explorer_url(url, &bitcoin, &item));
  assert_int_equal(strlen(url), 9 + 7 * 64);
  strcat(bitcoin.explorer, "{block}");
  assert_false(vd_explorer_url(url, &bitcoin, &item));
  strcpy(bitcoin.explorer, "http://x/");
  for (unsigned n = 0; n < 7; n++) strcat(bitcoin.explorer, "{block}");
  for (size_t n = 9 + 7 * 64; n < VD_EXPLORER_URL_SIZE - 1; n++) strcat(bitcoin.explorer, "x");
  assert_true(vd_explorer_url(url, &bitcoin, &item));
  strcat(bitcoin.explorer, "x");
  assert_false(vd_explorer_url(url, &bitcoin, &item));
}

static void a_chain_is_found_by_its_name(void **state) {
  struct vd_settings *settings = calloc(1, sizeof *settings);
  (void)state;
  assert_non_null(settings);
  assert_null(vd_explorer_chain(NULL, "sepolia"));
  assert_null(vd_explorer_chain(settings, "sepolia"));
  settings->chains_count = 2;
  settings->chains[0] = evm;
  settings->chains[1] = bitcoin;
  assert_ptr_equal(vd_explorer_chain(settings, "bitcoin"), &settings->chains[1]);
  assert_null(vd_explorer_chain(settings, "sepoli"));
  assert_null(vd_explorer_chain(settings, ""));
  free(settings);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hashes_have_0x_on_an_evm_chain_only), cmocka_unit_test(names_in_the_address_are_replaced),
      cmocka_unit_test(without_an_explorer_there_is_no_address),
      cmocka_unit_test(an_address_that_gets_too_long_is_none), cmocka_unit_test(a_chain_is_found_by_its_name)};
  return cmocka_run_group_tests_name("explorer", tests, begin, NULL);
}
