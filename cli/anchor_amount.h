/* anchor_amount.h: what anchors cost, exactly: whole wei and satoshi, more than 64 bits can hold. Any thread. */
#ifndef CTL_ANCHOR_AMOUNT_H
#define CTL_ANCHOR_AMOUNT_H

#include <stdint.h>

#include "config/settings.h"

/* In the chain's smallest unit: wei, or satoshi. */
__extension__ typedef unsigned __int128 ctl_anchor_amount;

#define CTL_ANCHOR_AMOUNT_SIZE 48 /* characters with the NUL */

/* As a whole number of the smallest unit. */
void ctl_anchor_amount_whole(char text[static CTL_ANCHOR_AMOUNT_SIZE], ctl_anchor_amount amount);

/* In ether or bitcoin: all digits that are not zero, such as "0.00042". */
void ctl_anchor_amount_coin(char text[static CTL_ANCHOR_AMOUNT_SIZE], enum vd_chain_kind kind,
                            ctl_anchor_amount amount);

/* The part of an amount that falls on each of count (1..), in ether or bitcoin, to six significant digits. */
void ctl_anchor_amount_each(char text[static CTL_ANCHOR_AMOUNT_SIZE], enum vd_chain_kind kind,
                            ctl_anchor_amount amount, uint64_t count);

/* A price of gas in gwei, in the same way. */
void ctl_anchor_amount_gwei(char text[static CTL_ANCHOR_AMOUNT_SIZE], uint64_t wei);

const char *ctl_anchor_amount_name(enum vd_chain_kind kind); /* "ether", "bitcoin" */

#endif
