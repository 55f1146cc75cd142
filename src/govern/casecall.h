/*
 * casecall - the operations on cases: what kinds there are, opening, seeing, writing, moving on, giving to somebody.
 */
#ifndef GOVERN_CASECALL_H
#define GOVERN_CASECALL_H

#include "govern/casefile.h"

extern const struct op casecall_kinds, casecall_list, casecall_see, casecall_open, casecall_message, casecall_move, casecall_assign;

/* How the caller stands to a case. */
struct casecall_standing {
	bool opener;                /* opened it, or acts beside whoever did (K2 of casekind.h) */
	bool handler, approver;
};
struct casecall_standing casecall_stands(const struct call *call, const struct casekind *kind, const struct casefile *casefile);

#endif
