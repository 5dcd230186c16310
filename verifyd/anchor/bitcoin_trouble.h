/* bitcoin_trouble.h: how the judge's reasons on Bitcoin are told. Pure; any thread. */
#ifndef VD_ANCHOR_BITCOIN_TROUBLE_H
#define VD_ANCHOR_BITCOIN_TROUBLE_H

#include "anchor/bitcoin_judge.h"
#include "anchor/telling.h"

struct vd_trouble vd_bitcoin_trouble(enum vd_bitcoin_reason reason);

#endif
