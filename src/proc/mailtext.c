#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#include "proc/mailtext.h"

#define WORD_BYTES 42           /* of text in one encoded word: 56 letters of base64 and what stands around them */
#define LINE_BYTES 57           /* 76 letters of base64 */

/* ---- addresses ---- */

static bool is_atom(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool is_host(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/* Parts with dots between them, none of them empty. */
static bool is_dotted(struct bytes text, bool (*fits)(uint8_t c))
{
	bool begun = false;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '.' ? !begun : !fits(text.ptr[i]))
			return false;
		begun = text.ptr[i] != '.';
	}
	return begun;
}

bool mailtext_address(struct bytes address)
{
	const uint8_t *at = address.len == 0 ? NULL : memchr(address.ptr, '@', address.len);
	size_t local;

	if (at == NULL || address.len > MAILTEXT_ADDRESS_MAX)
		return false;
	local = (size_t)(at - address.ptr);
	return local <= 64 && is_dotted((struct bytes){address.ptr, local}, is_atom) &&
	    is_dotted((struct bytes){at + 1, address.len - local - 1}, is_host);
}

err mailtext_return(const struct mailtext *mail, struct buf *out)
{
	const uint8_t *at = mail->from.len == 0 ? NULL : memchr(mail->from.ptr, '@', mail->from.len);
	char id[ID_TEXT_MAX];

	if (at == NULL || !mailtext_address(mail->from))
		return FAIL(INVALID);
	id_format(mail->letter, id);
	return buf_printf(out, "%.*s+%.*s.%s%.*s", (int)(at - mail->from.ptr), (const char *)mail->from.ptr, (int)mail->compartment.len,
	    (const char *)mail->compartment.ptr, id, (int)(mail->from.len - (size_t)(at - mail->from.ptr)), (const char *)at);
}

err mailtext_returned(struct bytes address, struct bytes *compartment_out, struct id *letter_out)
{
	const uint8_t *at = address.len == 0 ? NULL : memchr(address.ptr, '@', address.len);
	const uint8_t *plus, *dot;
	struct bytes id;

	if (at == NULL)
		return FAIL(NOT_FOUND);
	plus = memrchr(address.ptr, '+', (size_t)(at - address.ptr));
	if (plus == NULL)
		return FAIL(NOT_FOUND);
	dot = memrchr(plus, '.', (size_t)(at - plus));
	if (dot == NULL || dot == plus + 1)
		return FAIL(NOT_FOUND);
	id = (struct bytes){dot + 1, (size_t)(at - dot) - 1};
	if (!err_is_ok(id_parse(id, letter_out)))
		return FAIL(NOT_FOUND);
	*compartment_out = (struct bytes){plus + 1, (size_t)(dot - plus) - 1};
	return OK;
}

/* ---- headers ---- */

/* As many bytes as fit, no letter cut in two. */
static size_t piece(struct bytes text, size_t max)
{
	size_t len = text.len < max ? text.len : max;

	while (len > 0 && len < text.len && (text.ptr[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* Always encoded: what need not be is not worth a second way. */
static err put_subject(struct buf *out, struct bytes text)
{
	TRY(buf_append_str(out, "Subject:"));
	do {
		size_t len = piece(text, WORD_BYTES);

		TRY(buf_append_str(out, " =?UTF-8?B?"));
		TRY(base64_append(out, (struct bytes){text.ptr, len}));
		TRY(buf_append_str(out, "?=\r\n"));
		text.ptr += len;
		text.len -= len;
	} while (text.len > 0);
	return OK;
}

static err put_date(struct buf *out, int64_t at_us)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)(at_us / 1000000 + CLOCK_JST_OFFSET_S);
	struct tm t;

	if (gmtime_r(&seconds, &t) == NULL)
		return FAIL(INVALID);
	return buf_printf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0900\r\n", days[t.tm_wday], t.tm_mday, months[t.tm_mon], t.tm_year + 1900,
	    t.tm_hour, t.tm_min, t.tm_sec);
}

static err put_headers(const struct mailtext *mail, struct buf *out)
{
	const uint8_t *at = memchr(mail->from.ptr, '@', mail->from.len);
	char id[ID_TEXT_MAX];

	id_format(mail->letter, id);
	TRY(put_date(out, mail->at_us));
	TRY(buf_printf(out, "From: <%.*s>\r\n", (int)mail->from.len, (const char *)mail->from.ptr));
	TRY(buf_printf(out, "To: <%.*s>\r\n", (int)mail->to.len, (const char *)mail->to.ptr));
	TRY(put_subject(out, mail->subject));
	TRY(buf_printf(out, "Message-ID: <%s%.*s>\r\n", id, (int)(mail->from.len - (size_t)(at - mail->from.ptr)), (const char *)at));
	return buf_append_str(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
	    "Content-Transfer-Encoding: base64\r\nContent-Language: ja, en\r\n\r\n");
}

/* ---- the body ---- */

static err put_body(struct buf *out, struct bytes body)
{
	OWN(buf) lines = {0};

	for (size_t i = 0; i < body.len; i++) {
		if (body.ptr[i] == '\r')
			continue;
		if (body.ptr[i] == '\n')
			TRY(buf_u8(&lines, '\r'));
		TRY(buf_u8(&lines, body.ptr[i]));
	}
	for (size_t at = 0; at < lines.len; at += LINE_BYTES) {
		TRY(base64_append(out, (struct bytes){lines.ptr + at, lines.len - at < LINE_BYTES ? lines.len - at : LINE_BYTES}));
		TRY(buf_append_str(out, "\r\n"));
	}
	return OK;
}

err mailtext_write(const struct mailtext *mail, struct buf *out)
{
	if (!mailtext_address(mail->from) || !mailtext_address(mail->to) || !err_is_ok(utf8_check(mail->subject, NULL)) ||
	    !err_is_ok(utf8_check(mail->body, NULL)))
		return FAIL(INVALID);
	TRY(put_headers(mail, out));
	return put_body(out, mail->body);
}
