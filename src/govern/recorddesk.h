/*
 * recorddesk - what people do with registers and records: see, file, change, renew, approve, reject, withdraw, confirm.
 */
#ifndef GOVERN_RECORDDESK_H
#define GOVERN_RECORDDESK_H

#include "govern/record.h"

extern const struct op recorddesk_registers, recorddesk_list, recorddesk_see, recorddesk_file, recorddesk_change, recorddesk_renew,
    recorddesk_approve, recorddesk_reject, recorddesk_withdraw, recorddesk_confirm;

/* The record as its JSON shows it, without its fields; members of an object that is open. */
MUST_USE err recorddesk_put(struct call *call, const struct record *record);

/* Why a register refuses what its form has passed; ja NULL: it does not. field: of the form, "" = the whole. old: the record of which it becomes an
 * edition, or NULL. */
struct recorddesk_refusal { const char *field, *ja, *en; };
struct recorddesk_refusal recorddesk_refuses(const struct recordkind *kind, struct bytes body, const struct record *old);

#endif
