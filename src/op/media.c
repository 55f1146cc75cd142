#include "op/media.h"

const char *const media_names[] = {
	[MEDIA_NONE] = "none", [MEDIA_PDF] = "pdf", [MEDIA_PNG] = "png", [MEDIA_JPEG] = "jpeg", [MEDIA_XLSX] = "xlsx", [MEDIA_DOCX] = "docx",
	[MEDIA_CSV] = "csv", [MEDIA_TEXT] = "text", [MEDIA_COUNT] = NULL,
};

static const char *const types[] = {
	[MEDIA_PDF] = "application/pdf",
	[MEDIA_PNG] = "image/png",
	[MEDIA_JPEG] = "image/jpeg",
	[MEDIA_XLSX] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	[MEDIA_DOCX] = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	/* Without a character set: it may be CP932 as well as UTF-8. */
	[MEDIA_CSV] = "text/csv",
	[MEDIA_TEXT] = "text/plain",
	[MEDIA_COUNT] = NULL,
};

const char *media_type(enum media media)
{
	REQUIRE((unsigned)media < MEDIA_COUNT);
	return types[media];
}
