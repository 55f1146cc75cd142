/*
 * base64url - RFC 4648 section 5, without padding.
 */
#include "base/base64_int.h"

#include "base/bytes.h"

static const struct base64_alphabet for_urls = {
	{'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V',
	 'W', 'X', 'Y', 'Z', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r',
	 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', '_'},
};

err base64url_append(struct buf *owner, struct bytes raw)
{
	return base64_append_plain(&for_urls, owner, raw);
}

err base64url_decode(struct bytes text, uint8_t *raw_out, size_t raw_len)
{
	if (raw_len > BUF_MAX || text.len != base64_len(raw_len))
		return FAIL(INVALID);
	return base64_decode_plain(&for_urls, text, raw_out);
}
