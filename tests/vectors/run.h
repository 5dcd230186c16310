/* run.h: one cmocka test for each file of test vectors; *state is a struct vectors. */
#ifndef RUN_H
#define RUN_H

#include "vectors.h"

void run_hash_kdf(void **state);
void run_dcbor(void **state);
void run_qr_payload(void **state);
void run_shamir(void **state);
void run_issue(void **state);
void run_open(void **state);
void run_trust(void **state);
void run_status(void **state);
void run_end_to_end(void **state);
void run_tree(void **state);
void run_log(void **state);
void run_bip340(void **state);

#endif
