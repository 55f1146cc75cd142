/*
 * agree - the first profile of a compartment's contract.
 */
#ifndef CLI_AGREE_H
#define CLI_AGREE_H

#include "op/local.h"

#define AGREE_ALL "K T P S U" /* of the provider, and where everything is checked */

/* From today on; annexes as contract_annexes_fit takes them. */
MUST_USE err agree_install(struct local *local, const char *annexes);

#endif
