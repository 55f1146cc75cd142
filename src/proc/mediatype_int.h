/* mediatype_int - the part of the judgement that looks into a ZIP. */
#ifndef PROC_MEDIATYPE_INT_H
#define PROC_MEDIATYPE_INT_H

#include "proc/mediatype.h"

/* XLSX, DOCX, or none. */
enum media mediatype_office(struct bytes file);

#endif
