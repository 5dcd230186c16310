/* settings.h: verifyd.conf, read by verifyd and by verifyctl.
 *
 * The form is libconfig's: `key = value;`, `{ }` groups, `[ ]` arrays of plain values, `( )` lists of groups,
 * comments with # or //. A whole file:
 *
 *   realm = 1;                                # required: names the trust root, 0..65535
 *   threshold = 2;                            # required with operators: t, fragments needed, 1..number of operators
 *   listen = "127.0.0.1:8080";                # public port; "[::1]:8080" for IPv6; port 0 takes a free one
 *   operations = "127.0.0.1:9090";            # health, metrics: 127.x.x.x only
 *   web_root = "web";                         # folder of the bundled page
 *   trust = {                                 # required, unless it is only a witness
 *     file = "trust.list";
 *     roots = [ "3bf0…64 hex digits…" ];      # pinned roots, 1..16
 *     threshold = 1;                          # how many of them must have signed
 *   };
 *   operators = (                             # who is asked: 1..15, numbers 1..m without gaps, in that order
 *     { number = 1; name = "Ministry"; store = "ledger-1"; },          # a ledger on this machine
 *     { number = 2; name = "University"; url = "https://ledger.uni.example/log/2";  # one over the network, with the
 *       vkey = "ledger.uni.example/log/2+1b2c3d4e+AY…";                             # key of its log
 *       anchored = ( { chain = "sepolia"; account = "0x…"; due_s = 172800; } ); },
 *                                             # where its anchors are looked for, who sends them (EVM or Bitcoin
 *                                             # address), and after how long an entry without one is overdue,
 *                                             # 60..31536000; up to 4; needs memory
 *     { number = 3; name = "Archive"; store = "ledger-3"; }
 *   );
 *   operator = {                              # makes this process the operator of a ledger: it writes it, serves its
 *     number = 3; name = "Archive";           # log and takes submissions
 *     store = "ledger-3";                     # required; one that is named above too is the same
 *     origin = "ledger.archive.example/log/3";  # required: its URL without the scheme; can never be changed
 *     key = "log.key";                        # required: of verifyctl keygen --kind log, without a passphrase
 *     items_per_day = 0;                      # quota of each issuer; 0: none
 *     checkpoint_s = 60;                      # the checkpoint is signed again when it is that old, 1..86400
 *     witnesses = ( { url = "https://witness.example"; vkey = "witness.example+…"; } );  # who cosign it; up to 8
 *     anchors = (                             # chains on which its log is anchored; up to 4
 *       { chain = "sepolia"; outbox = "outbox-sepolia";   # required: the chain's name, and a folder for what was sent
 *         key = "anchor.key";                 # of verifyctl keygen --kind anchor; a file or a pipe. Or
 *         key_command = [ "/usr/bin/key-tool", "get", "anchor" ];  # a program that prints such a file
 *         passphrase = "/run/credentials/anchor";  # file or pipe with the passphrase, when the key is sealed
 *         interval_s = 3600;                  # a new anchor that long after the one before or later, 1..31536000
 *         entries = 1;                        # and when so many entries are new; fewer wait for more, for interval_s
 *         replace_s = 300;                    # an attempt that is not mined is replaced after that long, 1..86400
 *         fee_max = 200; tip = 1; },          # EVM: gwei for each gas, at most; how much of it the miner gets
 *       { chain = "bitcoin"; outbox = "outbox-bitcoin"; key = "anchor.key";
 *         fee_max = 100;                      # Bitcoin: satoshi for each virtual byte, at most; it has no tip
 *         coins = [ "…txid…:0" ]; }           # Bitcoin: outputs that the account was given to pay from; up to 16
 *     );
 *   };
 *   chains = (                                # public blockchains that are used above; up to 8
 *     { name = "sepolia"; kind = "evm"; id = 11155111;    # EVM: the chain id
 *       endpoints = [ "https://a.example/rpc", "https://b.example" ];  # JSON-RPC; 1..4, which must all agree
 *       credentials = "rpc.cookie";           # file with user:password for them, such as Bitcoin Core's .cookie
 *       confirmations = 0;                    # EVM: 0: up to the block that the chain calls finalized. Bitcoin: 6
 *       first_block = 0;                      # where looking for anchors begins
 *       poll_s = 12; timeout_ms = 10000;      # how often nodes are asked, 1..3600 (Bitcoin: 60), and how long they
 *                                             # have, 100..120000
 *       explorer = "https://sepolia.etherscan.io/tx/{transaction}"; },  # for the page; {transaction} or {block}
 *     { name = "bitcoin"; kind = "bitcoin"; network = "main";  # or test, signet, regtest
 *       endpoints = [ "http://127.0.0.1:8332" ]; credentials = "/var/lib/bitcoind/.cookie"; }
 *   );
 *   witness = {                               # makes this process cosign other logs (POST /add-checkpoint)
 *     key = "witness.key";                    # required: of verifyctl keygen --kind log
 *     logs = [ "other.example/log/1+…" ];     # their verifier keys; those of the operators above are witnessed anyway
 *   };
 *   memory = "seen";                          # folder for the last checkpoints seen of others; required with witness
 *   trust_reload_s = 5;                       # how often the trust file is looked at for a newer list, 1..3600
 *   status_max_age_s = 0;                     # answers about a document's status that are older than that leave the
 *                                             # verdict open; 0: no limit, at most 31536000
 *   profiles = [ "degree.conf" ];             # labels for the page; up to 32
 *   workers = 0;                              # event loops; 0 = one for each core
 *   limits = { connections = 4096; header_bytes = 8192; header_ms = 5000; body_ms = 20000; idle_ms = 30000;
 *              write_ms = 20000; body_bytes = 65536; picture_bytes = 10485760; pictures_waiting = 32;
 *              operator_ms = 2000; submissions_waiting = 16; };
 *
 * There must be operators, operator or witness, or several of them. Everything not marked required has the default
 * shown, except web_root, profiles, memory, passphrase, credentials,
 * explorer and coins, which are empty. A whole number over 2147483647 needs an L behind it.
 * Relative paths are relative to the folder of the file. Unknown keys are refused.
 * Nothing here is secret. Settings are read-only once loaded and may be shared by threads. */
#ifndef VD_SETTINGS_H
#define VD_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include <frag/log.h>

#include "base/failure.h"
#include "config/profile.h"

#define VD_PATH_SIZE 1024
#define VD_OPERATORS_MAX 15
#define VD_OPERATOR_NAME_SIZE 129
#define VD_ROOTS_MAX 16

struct vd_endpoint {
  char host[48]; /* a numeric IPv4 or IPv6 address, without brackets */
  uint16_t port; /* 0: any free port */
};

struct vd_trust_settings {
  char file[VD_PATH_SIZE];
  size_t roots_count; /* 1..VD_ROOTS_MAX, all different; 0: not configured */
  uint8_t roots[VD_ROOTS_MAX][32];
  unsigned threshold; /* 1..roots_count */
};

#define VD_URL_SIZE 256 /* bytes with the NUL; without a slash at the end */
#define VD_WITNESSES_MAX 8
#define VD_WITNESSED_MAX 32

#define VD_CHAINS_MAX 8
#define VD_CHAIN_NAME_SIZE 33  /* letters, digits, hyphens, with the NUL */
#define VD_CHAIN_ENDPOINTS_MAX 4
#define VD_CHAIN_ACCOUNT_LEN 20 /* EVM: the address; Bitcoin: the witness program */
#define VD_LOG_CHAINS_MAX 4     /* chains on which one log is anchored */
#define VD_KEY_COMMAND_WORDS_MAX 8
#define VD_ANCHOR_COINS_MAX 16

enum vd_chain_kind { VD_CHAIN_EVM, VD_CHAIN_BITCOIN };

struct vd_chain_settings {
  char name[VD_CHAIN_NAME_SIZE];
  enum vd_chain_kind kind;
  uint64_t id;             /* EVM; 0 for Bitcoin */
  char network[8];         /* Bitcoin: main, test, signet or regtest; "" for EVM */
  size_t endpoints_count;
  char endpoints[VD_CHAIN_ENDPOINTS_MAX][VD_URL_SIZE];
  char credentials[VD_PATH_SIZE]; /* "" when not configured */
  unsigned confirmations;
  uint64_t first_block;
  unsigned poll_s;
  unsigned timeout_ms;
  char explorer[VD_URL_SIZE]; /* "" when not configured; http or https */
};

/* Where an operator's anchors are looked for. */
struct vd_anchored_settings {
  size_t chain;                          /* index into vd_settings.chains */
  uint8_t account[VD_CHAIN_ACCOUNT_LEN]; /* its address, read and checked */
  uint64_t due_s;
};

/* Where the own operator's log is anchored. */
struct vd_anchor_settings {
  size_t chain;
  char outbox[VD_PATH_SIZE];
  char key[VD_PATH_SIZE];        /* "" with key_command */
  size_t key_command_count;
  char key_command[VD_KEY_COMMAND_WORDS_MAX][VD_PATH_SIZE];
  char passphrase[VD_PATH_SIZE]; /* "" when the key is not sealed */
  unsigned interval_s;
  unsigned entries;
  unsigned replace_s;
  uint64_t fee_max;              /* EVM: wei for each gas; Bitcoin: satoshi for each virtual byte */
  uint64_t tip;                  /* the same */
  size_t coins_count;
  char coins[VD_ANCHOR_COINS_MAX][80];
};

struct vd_operator_settings {
  unsigned number; /* items[i].number == i + 1 */
  char name[VD_OPERATOR_NAME_SIZE];
  char store[VD_PATH_SIZE];  /* "" when it is over the network */
  char url[VD_URL_SIZE];     /* "" when it is on this machine; http or https */
  char vkey[FRAG_VKEY_MAX];  /* of its log, with url; form not checked here */
  size_t anchored_count;
  struct vd_anchored_settings anchored[VD_LOG_CHAINS_MAX]; /* no chain twice */
};

struct vd_log_settings {
  char url[VD_URL_SIZE];
  char vkey[FRAG_VKEY_MAX];
};

/* The ledger that this process is the operator of. */
struct vd_own_operator_settings {
  unsigned number; /* 1..VD_OPERATORS_MAX; 0: this process is none */
  char name[VD_OPERATOR_NAME_SIZE];
  char store[VD_PATH_SIZE];
  char origin[FRAG_VKEY_NAME_MAX + 1];
  char key[VD_PATH_SIZE];
  unsigned items_per_day; /* 0: no quota */
  unsigned checkpoint_s;
  size_t witnesses_count;
  struct vd_log_settings witnesses[VD_WITNESSES_MAX];
  size_t anchors_count;
  struct vd_anchor_settings anchors[VD_LOG_CHAINS_MAX]; /* no chain, and no outbox, twice */
};

struct vd_witness_settings {
  char key[VD_PATH_SIZE]; /* "" when this process is no witness */
  size_t logs_count;
  char logs[VD_WITNESSED_MAX][FRAG_VKEY_MAX];
};

struct vd_limits {
  unsigned connections;      /* open connections of one process; more are closed at once */
  unsigned header_bytes;     /* request line and headers */
  unsigned header_ms;        /* absolute time from the first byte (or connection) to the end of the headers */
  unsigned body_ms;          /* absolute time from there to the end of the body */
  unsigned idle_ms;          /* kept-alive connection without a request */
  unsigned write_ms;         /* absolute time for an answer to be taken */
  unsigned body_bytes;       /* body of a JSON or form request */
  unsigned picture_bytes;    /* body of a request that carries a picture */
  unsigned pictures_waiting; /* pictures queued or being decoded; more are told to come back */
  unsigned operator_ms;      /* absolute time for an operator over the network to answer a question */
  unsigned submissions_waiting; /* submissions queued or being written; more are told to come back */
};

struct vd_settings {
  uint16_t realm;
  unsigned threshold;
  struct vd_endpoint listen;
  struct vd_endpoint operations;
  char web_root[VD_PATH_SIZE]; /* "" when not configured */
  struct vd_trust_settings trust;
  size_t operators_count; /* 0: this process verifies nothing */
  struct vd_operator_settings operators[VD_OPERATORS_MAX];
  struct vd_own_operator_settings own_operator;
  struct vd_witness_settings witness;
  size_t chains_count;
  struct vd_chain_settings chains[VD_CHAINS_MAX]; /* names all different */
  char memory[VD_PATH_SIZE]; /* "" when not configured */
  unsigned trust_reload_s;
  unsigned status_max_age_s; /* 0: no limit */
  size_t profiles_count;
  char profiles[VD_PROFILES_MAX][VD_PATH_SIZE];
  unsigned workers; /* as configured: 0 = one for each core */
  struct vd_limits limits;
};

/* Reads and checks the file; paths in the result are ready to open. Does not open what they name.
 * path: at most 1 MiB. settings: filled on success, of unspecified content otherwise; about 150 KiB.
 * failure: told "file:line: what, remedy".
 * VD_NO_INPUT (missing, unreadable), VD_CONFIG (syntax, unknown key, value out of range), VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_settings_read(const char *path, struct vd_settings *settings,
                                             struct vd_failure *failure);

/* The same from text of len bytes; path stands for the file in error texts and gives the folder. */
VD_MUST_CHECK enum vd_error vd_settings_parse(const char *text, size_t len, const char *path,
                                              struct vd_settings *settings, struct vd_failure *failure);

/* The profiles that the settings name; see vd_profiles_read. The caller releases them with vd_profiles_free. */
VD_MUST_CHECK enum vd_error vd_settings_profiles(const struct vd_settings *settings, struct vd_profiles *profiles,
                                                 struct vd_failure *failure);

#endif
