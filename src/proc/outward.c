#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

#include "proc/outward.h"

/* ---- reading ---- */

static err read_port(struct bytes text, uint16_t *port_out)
{
	unsigned port = 0;

	if (text.len == 0 || text.len > 5)
		return FAIL(INVALID);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return FAIL(INVALID);
		port = port * 10 + (unsigned)(text.ptr[i] - '0');
	}
	if (port == 0 || port > UINT16_MAX)
		return FAIL(INVALID);
	*port_out = (uint16_t)port;
	return OK;
}

static bool is_host(uint8_t c, bool brackets)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (brackets ? c == ':' : c == '-') || c == '.';
}

/* Lower case, as names are compared. */
static err take_host(struct bytes text, bool brackets, struct outward_place *place)
{
	if (text.len == 0 || text.len >= sizeof(place->host))
		return FAIL(INVALID);
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? (uint8_t)(text.ptr[i] - 'A' + 'a') : text.ptr[i];

		if (!is_host(c, brackets))
			return FAIL(INVALID);
		place->host[i] = (char)c;
	}
	place->host[text.len] = '\0';
	return OK;
}

/* port_else: 0: there must be one. */
static err read_place(struct bytes text, uint16_t port_else, struct outward_place *place)
{
	bool brackets = text.len > 0 && text.ptr[0] == '[';
	const uint8_t *end = text.len == 0 ? NULL : memchr(text.ptr, brackets ? ']' : ':', text.len);
	size_t host_len;

	if (brackets && end == NULL)
		return FAIL(INVALID);
	host_len = end == NULL ? text.len : (size_t)(end - text.ptr);
	TRY(take_host((struct bytes){text.ptr + (brackets ? 1 : 0), host_len - (brackets ? 1 : 0)}, brackets, place));
	host_len += brackets ? 1 : 0;
	if (host_len == text.len && port_else != 0) {
		place->port = port_else;
		return OK;
	}
	if (host_len >= text.len || text.ptr[host_len] != ':')
		return FAIL(INVALID);
	return read_port((struct bytes){text.ptr + host_len + 1, text.len - host_len - 1}, &place->port);
}

err outward_parse(struct bytes text, struct outward_place *place_out)
{
	struct outward_place place = {.port = 0};

	TRY(read_place(text, 0, &place));
	*place_out = place;
	return OK;
}

err outward_url(struct bytes url, struct outward_place *place_out)
{
	static const char scheme[] = "https://";
	struct outward_place place = {.port = 0};
	size_t len = 0;

	if (url.len < sizeof(scheme) || memcmp(url.ptr, scheme, sizeof(scheme) - 1) != 0)
		return FAIL(INVALID);
	for (size_t i = 0; i < url.len; i++)
		if (url.ptr[i] <= ' ' || url.ptr[i] >= 0x7f || strchr("\"<>\\^`{|}#", url.ptr[i]) != NULL)
			return FAIL(INVALID);
	url.ptr += sizeof(scheme) - 1;
	url.len -= sizeof(scheme) - 1;
	while (len < url.len && url.ptr[len] != '/' && url.ptr[len] != '?')
		len++;
	TRY(read_place((struct bytes){url.ptr, len}, 443, &place)); /* '@' is no letter of a host */
	*place_out = place;
	return OK;
}

/* ---- addresses ---- */

static bool private_v4(uint32_t a)
{
	static const struct { uint32_t net, mask; } nets[] = {
		{0x00000000, 0xff000000}, {0x0a000000, 0xff000000}, {0x64400000, 0xffc00000}, {0x7f000000, 0xff000000}, {0xa9fe0000, 0xffff0000},
		{0xac100000, 0xfff00000}, {0xc0000000, 0xffffff00}, {0xc0a80000, 0xffff0000}, {0xc6120000, 0xfffe0000}, {0xe0000000, 0xe0000000},
	};

	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		if ((a & nets[i].mask) == nets[i].net)
			return true;
	return false;
}

/* Only 2000::/3 is anybody's; of that neither 6to4 nor Teredo, which carry other addresses. */
static bool private_v6(const struct in6_addr *a)
{
	if (IN6_IS_ADDR_V4MAPPED(a))
		return true;
	return (a->s6_addr[0] & 0xe0) != 0x20 || (a->s6_addr[0] == 0x20 && a->s6_addr[1] == 0x02) ||
	    (a->s6_addr[0] == 0x20 && a->s6_addr[1] == 0x01 && a->s6_addr[2] == 0 && a->s6_addr[3] == 0);
}

bool outward_private(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return private_v4(ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
	if (address->sa_family == AF_INET6)
		return private_v6(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
	return true;
}

static bool same(const struct sockaddr *a, const struct sockaddr *b)
{
	const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;
	const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;

	if (a->sa_family != b->sa_family)
		return false;
	if (a->sa_family == AF_INET)
		return a4->sin_port == b4->sin_port && a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return a->sa_family == AF_INET6 && a6->sin6_port == b6->sin6_port && memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) == 0;
}

bool outward_has(const struct outward *list, const struct sockaddr *address)
{
	for (size_t i = 0; i < list->count; i++)
		for (size_t k = 0; k < list->places[i].address_count; k++)
			if (same((const struct sockaddr *)(const void *)&list->places[i].addresses[k], address))
				return true;
	return false;
}

bool outward_text(const struct sockaddr *address, char text_out[static 64])
{
	char text[INET6_ADDRSTRLEN];

	if (address->sa_family == AF_INET)
		return inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, text_out, 64) != NULL;
	if (address->sa_family != AF_INET6 ||
	    inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, text, sizeof(text)) == NULL)
		return false;
	(void)snprintf(text_out, 64, "[%s]", text);
	return true;
}

/* ---- the list ---- */

static bool is_literal(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	return inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1;
}

static void look_up(struct outward_place *place, bool anywhere)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	char port[8];

	(void)snprintf(port, sizeof(port), "%u", place->port);
	if (getaddrinfo(place->host, port, &hints, &found) != 0)
		found = NULL;
	for (const struct addrinfo *a = found; a != NULL && place->address_count < OUTWARD_ADDRESSES_MAX; a = a->ai_next) {
		if (!anywhere && outward_private(a->ai_addr)) {
			log_warn("%s leads to an address of this machine or a private network and is left out", place->host);
			continue;
		}
		memcpy(&place->addresses[place->address_count++], a->ai_addr, a->ai_addrlen);
	}
	if (found != NULL)
		freeaddrinfo(found);
	if (place->address_count == 0)
		log_warn("%s is not reachable from here", place->host);
}

err outward_add(struct outward *list, struct bytes text, bool anywhere)
{
	struct outward_place place;

	TRY(outward_parse(text, &place));
	if (list->count == OUTWARD_PLACES_MAX)
		return FAIL(TOO_LARGE);
	look_up(&place, anywhere || is_literal(place.host)); /* W2 */
	list->places[list->count++] = place;
	return OK;
}

const struct outward_place *outward_find(const struct outward *list, struct bytes host, uint16_t port)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->places[i].port == port && bytes_is(host, list->places[i].host))
			return &list->places[i];
	return NULL;
}
