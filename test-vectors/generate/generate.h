/* generate.h: one function for each file of vectors. */
#ifndef GENERATE_H
#define GENERATE_H

#include "realm.h"

void generate_hash_kdf(struct realm *realm, const char *folder);
void generate_dcbor(struct realm *realm, const char *folder);
void generate_qr_payload(struct realm *realm, const char *folder);
void generate_shamir(struct realm *realm, const char *folder);
void generate_issue(struct realm *realm, const char *folder);
void generate_open(struct realm *realm, const char *folder);
void generate_trust(struct realm *realm, const char *folder);
void generate_status(struct realm *realm, const char *folder);
void generate_end_to_end(struct realm *realm, const char *folder);
void generate_tree(struct realm *realm, const char *folder);
void generate_log(struct realm *realm, const char *folder);

#endif
