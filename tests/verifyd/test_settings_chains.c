#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "config/settings_chains.h"

#define KEY "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d"
#define HEAD "realm = 1;\ntrust = { file = \"trust.list\"; roots = [ \"" KEY "\" ]; };\n"

/* Chains: one line each, so that error texts can be told apart by their line. */
#define EVM_REST "kind = \"evm\"; id = 31337; endpoints = [ \"http://127.0.0.1:8545\" ]; "
#define BITCOIN_REST "kind = \"bitcoin\"; network = \"regtest\"; endpoints = [ \"http://127.0.0.1:48332\" ]; "
#define EVM "{ name = \"local\"; " EVM_REST "}"
#define BITCOIN "{ name = \"coins\"; " BITCOIN_REST "}"
#define CHAINS "chains = ( " EVM ", " BITCOIN " );\n"
#define ONE_CHAIN(text) "chains = ( { name = \"local\"; " text " } );\n"

#define ADDRESS "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
#define REGTEST_ADDRESS "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"

#define OPERATORS(anchored) \
  "threshold = 1; operators = ( { number = 1; name = \"A\"; url = \"http://a\"; vkey = \"a+1+b\"; " \
  "anchored = ( " anchored " ); } );\n"
#define WATCHED "{ chain = \"local\"; account = \"" ADDRESS "\"; }"
#define PORTAL(anchored) HEAD CHAINS "memory = \"seen\";\n" OPERATORS(anchored)

#define OWN(anchors) \
  HEAD CHAINS "operator = { number = 1; name = \"A\"; store = \"ledger\"; origin = \"a/log/1\"; key = \"log.key\";\n" \
              "anchors = ( " anchors " ); };\n"
#define ANCHOR(rest) "{ chain = \"local\"; outbox = \"out\"; " rest " }"
#define ANCHOR_COINS(rest) "{ chain = \"coins\"; outbox = \"out\"; key = \"k\"; " rest " }"

#define ID "00000000000000000000000000000000000000000000000000000000000000ff"

static struct vd_settings settings;

static void accept(const char *text) {
  struct vd_failure failure;
  if (vd_settings_parse(text, strlen(text), "/etc/v.conf", &settings, &failure) != VD_OK) fail_msg("%s", failure.text);
}

static void refuse(const char *text, const char *expected) {
  struct vd_failure failure;
  if (vd_settings_parse(text, strlen(text), "v.conf", &settings, &failure) == VD_OK) fail_msg("taken: %s", text);
  assert_int_equal(failure.code, VD_CONFIG);
  if (strstr(failure.text, expected) == NULL) fail_msg("\"%s\" is not in \"%s\"", expected, failure.text);
}

/* A portal's file with that chain in it, which it need not use. */
static void refuse_chain(const char *chain, const char *expected) {
  char text[4000];
  (void)snprintf(text, sizeof text, HEAD "chains = ( { name = \"local\"; %s } );\nmemory = \"seen\";\n" OPERATORS(""),
                 chain);
  refuse(text, expected);
}

static void refuse_anchor(const char *rest, const char *expected) {
  char text[6000];
  (void)snprintf(text, sizeof text, OWN("%s"), rest);
  refuse(text, expected);
}

/* --- chains --- */

static void test_defaults(void **state) {
  (void)state;
  accept(PORTAL(WATCHED));
  assert_int_equal(settings.chains_count, 2);
  const struct vd_chain_settings *evm = &settings.chains[0], *bitcoin = &settings.chains[1];
  assert_string_equal(evm->name, "local");
  assert_int_equal(evm->kind, VD_CHAIN_EVM);
  assert_int_equal(evm->id, 31337);
  assert_string_equal(evm->network, "");
  assert_int_equal(evm->endpoints_count, 1);
  assert_string_equal(evm->endpoints[0], "http://127.0.0.1:8545");
  assert_string_equal(evm->credentials, "");
  assert_string_equal(evm->explorer, "");
  assert_int_equal(evm->confirmations, 0);
  assert_int_equal(evm->first_block, 0);
  assert_int_equal(evm->poll_s, 12);
  assert_int_equal(evm->timeout_ms, 10000);
  assert_int_equal(bitcoin->kind, VD_CHAIN_BITCOIN);
  assert_int_equal(bitcoin->id, 0);
  assert_string_equal(bitcoin->network, "regtest");
  assert_int_equal(bitcoin->confirmations, 6);
  assert_int_equal(bitcoin->poll_s, 60);
  accept(HEAD "threshold = 1; operators = ( { number = 1; name = \"A\"; store = \"s\"; } );");
  assert_int_equal(settings.chains_count, 0);
  assert_int_equal(settings.operators[0].anchored_count, 0);
}

static void test_everything_of_a_chain(void **state) {
  (void)state;
  accept(HEAD
         "chains = ( { name = \"Base-8\"; kind = \"evm\"; id = 9223372036854775807L; credentials = \"rpc.cookie\";\n"
         "endpoints = [ \"https://a.example/v3/key?x=1\", \"http://[::1]:8545/\", \"http://b\" ]; confirmations = 12;\n"
         "first_block = 5000000000L; poll_s = 3600; timeout_ms = 120000;\n"
         "explorer = \"https://x.example/{block}?tx={transaction}#/{transaction}\"; } );\n"
         "threshold = 1; operators = ( { number = 1; name = \"A\"; store = \"s\"; } );");
  const struct vd_chain_settings *chain = &settings.chains[0];
  assert_string_equal(chain->name, "Base-8");
  assert_true(chain->id == INT64_MAX);
  assert_true(chain->first_block == 5000000000u);
  assert_int_equal(chain->endpoints_count, 3);
  assert_string_equal(chain->endpoints[0], "https://a.example/v3/key?x=1");
  assert_string_equal(chain->endpoints[1], "http://[::1]:8545/");
  assert_string_equal(chain->credentials, "/etc/rpc.cookie");
  assert_int_equal(chain->confirmations, 12);
  assert_int_equal(chain->poll_s, 3600);
  assert_int_equal(chain->timeout_ms, 120000);
  assert_string_equal(chain->explorer, "https://x.example/{block}?tx={transaction}#/{transaction}");
}

static void test_chain_refusals(void **state) {
  (void)state;
  refuse_chain("kind = \"ripple\";", "v.conf:3: kind: must be \"evm\" or \"bitcoin\"");
  refuse_chain("id = 1;", "kind: is missing");
  refuse_chain("kind = \"evm\"; endpoints = [ \"http://a\" ];", "id: is missing");
  refuse_chain("kind = \"evm\"; id = 0;", "id: must be a whole number from 1");
  refuse_chain("kind = \"evm\"; id = -1;", "id: must be a whole number from 1");
  refuse_chain("kind = \"evm\"; id = \"0x1\";", "id: must be a whole number from 1");
  refuse_chain("kind = \"evm\"; id = 1.0;", "id: must be a whole number from 1");
  refuse_chain("kind = \"evm\"; id = 1; network = \"main\";", "network: belongs to chains of kind \"bitcoin\"");
  refuse_chain("kind = \"bitcoin\"; endpoints = [ \"http://a\" ];", "network: is missing");
  refuse_chain("kind = \"bitcoin\"; network = \"mainnet\";", "must be main, test, signet or regtest");
  refuse_chain("kind = \"bitcoin\"; network = \"mainnet.\";", "network: must be 1 to 7 bytes");
  refuse_chain("kind = \"bitcoin\"; network = \"main\"; id = 1;", "id: belongs to chains of kind \"evm\"");
  refuse_chain(BITCOIN_REST "confirmations = 0;", "confirmations: must be a whole number from 1 to 100000");
  refuse_chain(EVM_REST "confirmations = -1;", "from 0 to 100000");
  refuse_chain(EVM_REST "first_block = -1;", "first_block: must be a whole number from 0");
  refuse_chain(EVM_REST "poll_s = 0;", "from 1 to 3600");
  refuse_chain(EVM_REST "timeout_ms = 99;", "from 100 to 120000");
  refuse_chain(EVM_REST "timeout = 99;", "timeout: unknown here; the keys are: name, kind");
  refuse_chain(EVM_REST "name = \"x\";", "duplicate");
  refuse(HEAD "chains = ( { " EVM_REST " } );" OPERATORS(""), "name: is missing");
  refuse(HEAD "chains = ( { name = \"a b\"; " EVM_REST " } );" OPERATORS(""), "must be letters, digits and hyphens");
  refuse(HEAD "chains = ( { name = \"a_b\"; " EVM_REST " } );" OPERATORS(""), "must be letters, digits and hyphens");
  refuse(HEAD "chains = ( { name = \"a23456789012345678901234567890123\"; " EVM_REST " } );" OPERATORS(""),
         "name: must be 1 to 32 bytes");
  refuse(HEAD "chains = ( " EVM ",\n" EVM " );" OPERATORS(""), "v.conf:4: name: is also the name of chain 1");
  refuse(HEAD "chains = ( " EVM "," EVM "," EVM "," EVM "," EVM "," EVM "," EVM "," EVM "," EVM " );" OPERATORS(""),
         "chains: has 9 elements, more than the 8");
  refuse(HEAD "chains = { };" OPERATORS(""), "chains: must be a list");
}

static void test_endpoints(void **state) {
  (void)state;
  static const char *const bad[] = {"127.0.0.1:8545",     "ftp://a",       "http://",       "http:///x",
                                    "http://user@a",      "http://u:p@a/", "http://a#f",    "http://a:0",
                                    "http://a b",         "http://a/\\\"", "http://a/{x}",  "ws://a",
                                    "http://a/{block}",   "HTTP://a",      "http://a_b",    "http://[::1",
                                    "http://a/?q=<x>",    "http://a:1:2",  "http://a?q=\t", "http:/a"};
  char text[1000];
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    (void)snprintf(text, sizeof text, "kind = \"evm\"; id = 1; endpoints = [ \"http://ok\",\n\"%s\" ];", bad[i]);
    refuse_chain(text, strchr(bad[i], '\t') != NULL ? "control characters" : "endpoint 2 must be http://HOST/PATH");
  }
  refuse_chain("kind = \"evm\"; id = 1;", "endpoints: is missing");
  refuse_chain("kind = \"evm\"; id = 1; endpoints = \"http://a\";", "endpoints: must be a list");
  refuse_chain("kind = \"evm\"; id = 1; endpoints = [ ];", "endpoints: is empty; name at least one node");
  refuse_chain("kind = \"evm\"; id = 1; endpoints = [ 1 ];", "must be text in double quotes");
  refuse_chain("kind = \"evm\"; id = 1; endpoints = [ \"http://a\", \"http://b\", \"http://a\" ];",
               "endpoints 1 and 3 are the same");
  static const char *const same[] = {"\"http://a\", \"http://a/\"",
                                     "\"http://a.example:8545/\", \"http://A.Example:8545\"",
                                     "\"https://a/Key/\", \"https://A/Key\"", "\"http://a/?x=1\", \"http://A/?x=1\""};
  static const char *const others[] = {"\"http://a\", \"https://a\"", "\"http://a/key\", \"http://a/Key\"",
                                       "\"http://a\", \"http://a:81\"", "\"http://a?x\", \"http://a?X\""};
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    (void)snprintf(text, sizeof text, "kind = \"evm\"; id = 1; endpoints = [ %s ];", same[i]);
    refuse_chain(text, "endpoints 1 and 2 are the same");
    (void)snprintf(text, sizeof text,
                   HEAD ONE_CHAIN("kind = \"evm\"; id = 1; endpoints = [ %s ];") "memory = \"seen\";\n" OPERATORS(""),
                   others[i]);
    accept(text);
  }
  refuse_chain("kind = \"evm\"; id = 1; endpoints = [ \"http://a\", \"http://b\", \"http://c\", \"http://d\", "
               "\"http://e\" ];",
               "has 5 elements, more than the 4");
}

static void test_explorers(void **state) {
  (void)state;
  static const char *const bad[] = {"https://x.example/tx/",           "javascript:alert({block})",
                                    "https://u@x/{block}",             "https://x.example/{transactions}",
                                    "https://{block}.example/",        "https://x.example/{block",
                                    "https://x.example/{block}}",      "https://x.example/{block}\\\"onclick=",
                                    "https://x.example/{block}<b>",    "ipfs://x/{block}",
                                    "https://x.example/{Transaction}", "//x.example/{block}"};
  char text[1000];
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    (void)snprintf(text, sizeof text, EVM_REST "explorer = \"%s\";", bad[i]);
    refuse_chain(text, "explorer: must be an http or https URL with {transaction} or {block} in it");
  }
}

/* --- operators' anchors --- */

static void test_anchored(void **state) {
  (void)state;
  static const uint8_t program[] = {0x75, 0x1e, 0x76, 0xe8, 0x19, 0x91, 0x96, 0xd4, 0x54, 0x94,
                                    0x1c, 0x45, 0xd1, 0xb3, 0xa3, 0x23, 0xf1, 0x43, 0x3b, 0xd6};
  accept(PORTAL("{ chain = \"coins\"; account = \"" REGTEST_ADDRESS "\"; due_s = 60; }, " WATCHED));
  const struct vd_operator_settings *operator = &settings.operators[0];
  assert_int_equal(operator->anchored_count, 2);
  assert_int_equal(operator->anchored[0].chain, 1);
  assert_memory_equal(operator->anchored[0].account, program, sizeof program);
  assert_int_equal(operator->anchored[0].due_s, 60);
  assert_int_equal(operator->anchored[1].chain, 0);
  assert_int_equal(operator->anchored[1].account[0], 0xf3);
  assert_int_equal(operator->anchored[1].account[19], 0x66);
  assert_int_equal(operator->anchored[1].due_s, 172800);
}

static void test_anchored_refusals(void **state) {
  (void)state;
  refuse(HEAD CHAINS OPERATORS(WATCHED), "anchored: needs memory");
  refuse(HEAD "memory = \"m\"; " OPERATORS(WATCHED), "chain: \"local\" is not the name of any of the file's chains");
  refuse(PORTAL("{ chain = \"Local\"; account = \"" ADDRESS "\"; }"), "\"Local\" is not the name");
  refuse(PORTAL("{ account = \"" ADDRESS "\"; }"), "chain: is missing");
  refuse(PORTAL("{ chain = \"local\"; }"), "account: is missing");
  refuse(PORTAL(WATCHED ",\n" WATCHED), "v.conf:6: chain: is named twice for this operator");
  refuse(PORTAL(WATCHED ", " WATCHED ", " WATCHED ", " WATCHED ", " WATCHED), "has 5 elements, more than the 4");
  refuse(PORTAL("{ chain = \"local\"; account = \"" ADDRESS "\"; due_s = 59; }"), "due_s: must be a whole number from");
  refuse(PORTAL("{ chain = \"local\"; account = \"" ADDRESS "\"; due_s = 31536001; }"), "to 31536000");
  refuse(PORTAL("{ chain = \"local\"; account = \"" ADDRESS "\"; due = 1; }"), "due: unknown here");
  refuse(PORTAL("\"local\""), "every element must be a group");
}

static void test_accounts_written(void **state) {
  (void)state;
  char text[VD_CHAIN_ACCOUNT_SIZE];
  accept(PORTAL("{ chain = \"coins\"; account = \"" REGTEST_ADDRESS "\"; }, " WATCHED));
  vd_settings_account_write(&settings.chains[1], text, settings.operators[0].anchored[0].account);
  assert_string_equal(text, REGTEST_ADDRESS);
  vd_settings_account_write(&settings.chains[0], text, settings.operators[0].anchored[1].account);
  assert_string_equal(text, ADDRESS);
}

static void test_accounts(void **state) {
  (void)state;
  static const char *const evm[] = {"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92267",  /* checksum */
                                    "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
                                    "f39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
                                    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb922",
                                    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb9226600",
                                    "0xg39fd6e51aad88f6f4ce6ab8827279cfffb92266",
                                    "0x0000000000000000000000000000000000000000",
                                    REGTEST_ADDRESS};
  static const char *const bitcoin[] = {"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", /* main */
                                        "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", /* test */
                                        "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt081",
                                        "bcrt1Qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080",
                                        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
                                        ADDRESS};
  char text[2000];
  for (size_t i = 0; i < sizeof evm / sizeof *evm; i++) {
    (void)snprintf(text, sizeof text, PORTAL("{ chain = \"local\"; account = \"%s\"; }"), evm[i]);
    refuse(text, "v.conf:5: account: must be an address: 0x and 40");
  }
  for (size_t i = 0; i < sizeof bitcoin / sizeof *bitcoin; i++) {
    (void)snprintf(text, sizeof text, PORTAL("{ chain = \"coins\"; account = \"%s\"; }"), bitcoin[i]);
    refuse(text, "account: must be a P2WPKH address of the network regtest, such as bcrt1q");
  }
}

/* --- the own operator's --- */

static void test_anchors(void **state) {
  (void)state;
  accept(OWN(ANCHOR("key = \"anchor.key\";")));
  const struct vd_anchor_settings *anchor = &settings.own_operator.anchors[0];
  assert_int_equal(settings.own_operator.anchors_count, 1);
  assert_int_equal(anchor->chain, 0);
  assert_string_equal(anchor->outbox, "/etc/out");
  assert_string_equal(anchor->key, "/etc/anchor.key");
  assert_int_equal(anchor->key_command_count, 0);
  assert_string_equal(anchor->passphrase, "");
  assert_int_equal(anchor->interval_s, 3600);
  assert_int_equal(anchor->entries, 1);
  assert_int_equal(anchor->replace_s, 300);
  assert_true(anchor->fee_max == 200000000000u);
  assert_int_equal(anchor->tip, 1000000000);
  accept(OWN("{ chain = \"coins\"; outbox = \"/out\"; key_command = [ \"/bin/cat\", \"a b\" ]; passphrase = \"/p\";\n"
             "interval_s = 1; entries = 1000; replace_s = 86400; fee_max = 20;\n"
             "coins = [ \"" ID ":0\", \"" ID ":1\" ]; }, "
             ANCHOR("key = \"k\"; fee_max = 1.5; tip = 0.25;")));
  assert_int_equal(anchor->chain, 1);
  assert_string_equal(anchor->key, "");
  assert_int_equal(anchor->key_command_count, 2);
  assert_string_equal(anchor->key_command[1], "a b");
  assert_string_equal(anchor->passphrase, "/p");
  assert_int_equal(anchor->interval_s, 1);
  assert_int_equal(anchor->entries, 1000);
  assert_int_equal(anchor->replace_s, 86400);
  assert_int_equal(anchor->fee_max, 20);
  assert_int_equal(anchor->tip, 0);
  assert_int_equal(anchor->coins_count, 2);
  assert_string_equal(anchor->coins[1], ID ":1");
  assert_int_equal(anchor[1].fee_max, 1500000000);
  assert_int_equal(anchor[1].tip, 250000000);
}

static void test_fees(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint64_t fee_max, tip;
  } right[] = {
      {"fee_max = 0.000000001;", 1, 1},
      {"fee_max = 1000000; tip = 0;", 1000000000000000, 0},
      {"fee_max = 999999.999999999; tip = 0.1;", 999999999999999, 100000000},
      {"fee_max = 0.3; tip = 0.3;", 300000000, 300000000},
      {"fee_max = 7; tip = 2.000000007;", 7000000000, 2000000007},
      {"fee_max = 5e-1;", 500000000, 500000000},
  };
  char text[2000];
  for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
    (void)snprintf(text, sizeof text, OWN(ANCHOR("key = \"k\"; %s")), right[i].text);
    accept(text);
    assert_true(settings.own_operator.anchors[0].fee_max == right[i].fee_max);
    assert_true(settings.own_operator.anchors[0].tip == right[i].tip);
  }
  static const char *const wrong[] = {"fee_max = 0;",         "fee_max = -1;",     "fee_max = 1000000.1;",
                                      "fee_max = \"200\";",   "fee_max = 1e300;",  "fee_max = 0.0000000001;",
                                      "fee_max = 9999999L;",  "fee_max = true;",   "fee_max = -0.1;"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    (void)snprintf(text, sizeof text, ANCHOR("key = \"k\"; %s"), wrong[i]);
    refuse_anchor(text, "fee_max: must be a number of gwei for each gas from 1e-09 to 1e+06");
  }
  refuse_anchor(ANCHOR("key = \"k\"; tip = -1;"), "tip: must be a number of gwei for each gas from 0 to");
  refuse_anchor(ANCHOR("key = \"k\"; fee_max = 2; tip = 2.1;"), "tip: is more than fee_max");
  refuse_anchor(ANCHOR_COINS("tip = 1;"), "tip: belongs to chains of kind \"evm\"");
  refuse_anchor(ANCHOR_COINS("fee_max = 1.5;"),
                "fee_max: must be a whole number of satoshi for each virtual byte from 1 to 100000");
  refuse_anchor(ANCHOR_COINS("fee_max = 0;"),
                "fee_max: must be a whole number of satoshi for each virtual byte from 1 to 100000");
}

static void test_coins(void **state) {
  (void)state;
  static const char *const bad[] = {ID, ID ":", ID ":x", ID ":-1", ID ":4294967296", ":0", "ff:0", ID "0:0",
                                    "0x" ID ":0"};
  char text[2000];
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    (void)snprintf(text, sizeof text, ANCHOR_COINS("coins = [ \"%s\" ];"), bad[i]);
    refuse_anchor(text, strlen(bad[i]) > 79 ? "must be 1 to 79" : "coins: coin 1 must be TXID:OUTPUT");
  }
  refuse_anchor(ANCHOR_COINS("coins = [ \"" ID ":1\", \"" ID ":1\" ];"), "coins 1 and 2 are the same");
  refuse_anchor(ANCHOR_COINS("coins = \"" ID ":1\";"), "coins: must be a list");
  refuse_anchor(ANCHOR("key = \"k\"; coins = [ \"" ID ":1\" ];"), "coins: belongs to chains of kind \"bitcoin\"");
}

static void test_anchor_refusals(void **state) {
  (void)state;
  refuse_anchor(ANCHOR(""), "needs either a key, or a key_command");
  refuse_anchor(ANCHOR("key = \"k\"; key_command = [ \"/bin/k\" ];"), "key_command: needs either a key, or");
  refuse_anchor(ANCHOR("key_command = [ ];"), "key_command: must begin with the program's whole path");
  refuse_anchor(ANCHOR("key_command = [ \"key-tool\" ];"), "key_command: must begin with the program's whole path");
  refuse_anchor(ANCHOR("key_command = \"/bin/k\";"), "key_command: must be a list");
  refuse_anchor(ANCHOR("key_command = [\"/\",\"\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\"];"), "has 9 elements");
  refuse_anchor("{ chain = \"local\"; key = \"k\"; }", "outbox: is missing");
  refuse_anchor("{ outbox = \"o\"; key = \"k\"; }", "chain: is missing");
  refuse_anchor("{ chain = \"nowhere\"; outbox = \"o\"; key = \"k\"; }", "\"nowhere\" is not the name of any");
  refuse_anchor(ANCHOR("key = \"k\"; interval_s = 0;"), "interval_s: must be a whole number from 1 to 31536000");
  refuse_anchor(ANCHOR("key = \"k\"; entries = 0;"), "entries: must be a whole number from 1");
  refuse_anchor(ANCHOR("key = \"k\"; replace_s = 86401;"), "from 1 to 86400");
  refuse_anchor(ANCHOR("key = \"k\"; gas = 1;"), "gas: unknown here");
  refuse_anchor(ANCHOR("key = \"k\"; secret = \"0x1\";"), "secret: unknown here");
  refuse_anchor(ANCHOR("key = \"k\";") ", { chain = \"local\"; outbox = \"b\"; key = \"k\"; }", "is named twice");
  refuse_anchor(ANCHOR("key = \"k\";") ", " ANCHOR_COINS(""), "outbox: is also that of anchor 1");
  refuse_anchor(ANCHOR("key = \"k\";") ", { chain = \"coins\"; outbox = \"./out/\"; key = \"k\"; }",
                "outbox: is also that of anchor 1");
  refuse_anchor("{ chain = \"local\"; outbox = \"ledger\"; key = \"k\"; }", "outbox: is a store");
  refuse_anchor("{ chain = \"local\"; outbox = \"ledger/\"; key = \"k\"; }", "outbox: is a store");
  refuse_anchor("{ chain = \"local\"; outbox = \".//./ledger/.\"; key = \"k\"; }", "outbox: is a store");
  refuse(OWN(ANCHOR("key = \"k\";")) "memory = \"out\";", "memory: is an outbox");
  refuse(OWN(ANCHOR("key = \"k\";")) "anchors = ( );", "anchors: unknown here");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_defaults),
      cmocka_unit_test(test_everything_of_a_chain),
      cmocka_unit_test(test_chain_refusals),
      cmocka_unit_test(test_endpoints),
      cmocka_unit_test(test_explorers),
      cmocka_unit_test(test_anchored),
      cmocka_unit_test(test_anchored_refusals),
      cmocka_unit_test(test_accounts),
      cmocka_unit_test(test_accounts_written),
      cmocka_unit_test(test_anchors),
      cmocka_unit_test(test_fees),
      cmocka_unit_test(test_coins),
      cmocka_unit_test(test_anchor_refusals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
