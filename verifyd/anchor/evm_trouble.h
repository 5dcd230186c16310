/* evm_trouble.h: how the judge's reasons on an EVM chain are told. Pure; any thread. */
#ifndef VD_ANCHOR_EVM_TROUBLE_H
#define VD_ANCHOR_EVM_TROUBLE_H

#include "anchor/evm_judge.h"
#include "anchor/telling.h"

struct vd_trouble vd_evm_trouble(enum vd_evm_reason reason);

#endif
