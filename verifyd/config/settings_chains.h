/* settings_chains.h: the parts of settings.h that are about public blockchains. Errors are latched, as config.h
 * does. One thread. */
#ifndef VD_SETTINGS_CHAINS_H
#define VD_SETTINGS_CHAINS_H

#include "setting_value.h"

/* root's chains, before all that names them. */
void vd_settings_chains(struct vd_section root, struct vd_setting_folder folder, struct vd_settings *settings);

/* An operator's anchored. has_memory: there is a folder where what is found can be kept. */
void vd_settings_anchored(struct vd_section section, const struct vd_settings *settings, bool has_memory,
                          struct vd_operator_settings *operator);

/* The own operator's anchors; its store has been read, and the other operators. */
void vd_settings_anchors(struct vd_section section, struct vd_setting_folder folder, struct vd_settings *settings);

/* An account's address on a chain, as people write it, and back: for programs too. False: it is none of that chain. */
#define VD_CHAIN_ACCOUNT_SIZE 75 /* characters with the NUL */
VD_MUST_CHECK bool vd_settings_account_read(const struct vd_chain_settings *chain, const char *text,
                                            uint8_t account[static VD_CHAIN_ACCOUNT_LEN]);
void vd_settings_account_write(const struct vd_chain_settings *chain, char text[static VD_CHAIN_ACCOUNT_SIZE],
                               const uint8_t account[static VD_CHAIN_ACCOUNT_LEN]);

#endif
