#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proc/boot.h"

#define VERSION 1
#define TEXT_MAX ((size_t)64 * 1024)

/*
 *   u8 version | u8 kind | u32 user | u32 supervisor | name | directory
 *   u16 descriptors | { u8 role, u8 index, u32 fd, peer } … | u16 settings | { name, value } …      text = u32 length, bytes
 */

static err put_text(struct buf *out, const char *text, size_t max)
{
	size_t len = strnlen(text, max);

	REQUIRE(len < max);
	return buf_blob(out, (struct bytes){(const uint8_t *)text, len});
}

/* INVALID too: a NUL inside, where our C strings would end early. */
static err cut_text(struct bytes *from, char *text_out, size_t max)
{
	struct bytes raw;

	TRY(cut_blob(from, max - 1, &raw));
	if (raw.len != 0 && memchr(raw.ptr, '\0', raw.len) != NULL)
		return FAIL(INVALID);
	if (raw.len != 0)
		memcpy(text_out, raw.ptr, raw.len);
	text_out[raw.len] = '\0';
	return OK;
}

err boot_format(const struct boot *boot, struct buf *text_out)
{
	REQUIRE(boot->fd_count <= BOOT_FDS_MAX && boot->setting_count <= BOOT_SETTINGS_MAX);
	TRY(buf_u8(text_out, VERSION));
	TRY(buf_u8(text_out, (uint8_t)boot->kind));
	TRY(buf_u32(text_out, boot->user));
	TRY(buf_u32(text_out, (uint32_t)boot->supervisor));
	TRY(put_text(text_out, boot->name, sizeof(boot->name)));
	TRY(put_text(text_out, boot->directory, sizeof(boot->directory)));
	TRY(buf_u16(text_out, (uint16_t)boot->fd_count));
	for (size_t i = 0; i < boot->fd_count; i++) {
		TRY(buf_u8(text_out, (uint8_t)boot->fds[i].role));
		TRY(buf_u8(text_out, (uint8_t)boot->fds[i].index));
		TRY(buf_u32(text_out, (uint32_t)boot->fds[i].fd));
		TRY(put_text(text_out, boot->fds[i].peer, sizeof(boot->fds[i].peer)));
	}
	TRY(buf_u16(text_out, (uint16_t)boot->setting_count));
	for (size_t i = 0; i < boot->setting_count; i++) {
		TRY(put_text(text_out, boot->settings[i].name, sizeof(boot->settings[i].name)));
		TRY(put_text(text_out, boot->settings[i].value, sizeof(boot->settings[i].value)));
	}
	return OK;
}

static err cut_fd(struct bytes *from, struct boot_fd *fd_out)
{
	uint8_t role;
	uint8_t index;
	uint32_t fd;

	TRY(cut_u8(from, &role));
	TRY(cut_u8(from, &index));
	TRY(cut_u32(from, &fd));
	if (role >= FD_ROLE_COUNT || fd > INT32_MAX)
		return FAIL(INVALID);
	fd_out->role = (enum fd_role)role;
	fd_out->index = index;
	fd_out->fd = (int)fd;
	return cut_text(from, fd_out->peer, sizeof(fd_out->peer));
}

static err cut_fds(struct bytes *from, struct boot *boot)
{
	uint16_t count;

	TRY(cut_u16(from, &count));
	if (count > BOOT_FDS_MAX)
		return FAIL(INVALID);
	for (boot->fd_count = 0; boot->fd_count < count; boot->fd_count++)
		TRY(cut_fd(from, &boot->fds[boot->fd_count]));
	return OK;
}

static err cut_settings(struct bytes *from, struct boot *boot)
{
	uint16_t count;

	TRY(cut_u16(from, &count));
	if (count > BOOT_SETTINGS_MAX)
		return FAIL(INVALID);
	for (boot->setting_count = 0; boot->setting_count < count; boot->setting_count++) {
		struct boot_setting *setting = &boot->settings[boot->setting_count];

		TRY(cut_text(from, setting->name, sizeof(setting->name)));
		TRY(cut_text(from, setting->value, sizeof(setting->value)));
	}
	return OK;
}

err boot_parse(struct bytes text, struct boot *boot_out)
{
	struct boot boot = {0};
	uint8_t version;
	uint8_t kind;
	uint32_t supervisor;

	TRY(cut_u8(&text, &version));
	TRY(cut_u8(&text, &kind));
	if (version != VERSION || kind >= PROCESS_KIND_COUNT)
		return FAIL(INVALID);
	boot.kind = (enum process_kind)kind;
	TRY(cut_u32(&text, &boot.user));
	TRY(cut_u32(&text, &supervisor));
	if (supervisor > INT32_MAX)
		return FAIL(INVALID);
	boot.supervisor = (pid_t)supervisor;
	TRY(cut_text(&text, boot.name, sizeof(boot.name)));
	TRY(cut_text(&text, boot.directory, sizeof(boot.directory)));
	TRY(cut_fds(&text, &boot));
	TRY(cut_settings(&text, &boot));
	if (text.len != 0)
		return FAIL(INVALID);
	*boot_out = boot;
	return OK;
}

static err read_text(int fd, struct buf *text)
{
	ssize_t got;

	TRY(buf_reserve(text, TEXT_MAX));
	do {
		got = pread(fd, text->ptr + text->len, TEXT_MAX - text->len, (off_t)text->len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return FAIL(INVALID);
		text->len += (size_t)got;
	} while (got != 0 && text->len < TEXT_MAX);
	return OK;
}

err boot_receive(int fd, struct boot *boot_out)
{
	OWN(buf) text = {0};
	err result = read_text(fd, &text);

	(void)close(fd); /* only read */
	TRY(result);
	TRY(boot_parse(bytes_of(&text), boot_out));
	/* exec left them open on purpose; no further one shall. */
	for (size_t i = 0; i < boot_out->fd_count; i++)
		if (fcntl(boot_out->fds[i].fd, F_SETFD, FD_CLOEXEC) != 0)
			return FAIL(INVALID);
	return boot_control(boot_out) >= 0 ? OK : FAIL(INVALID);
}

const struct boot_fd *boot_find(const struct boot *boot, enum fd_role role, const char *peer, unsigned index)
{
	for (size_t i = 0; i < boot->fd_count; i++) {
		const struct boot_fd *fd = &boot->fds[i];

		if (fd->role == role && fd->index == index && (peer == NULL || strcmp(fd->peer, peer) == 0))
			return fd;
	}
	return NULL;
}

const char *boot_setting(const struct boot *boot, const char *name)
{
	for (size_t i = 0; i < boot->setting_count; i++)
		if (strcmp(boot->settings[i].name, name) == 0)
			return boot->settings[i].value;
	return NULL;
}

int boot_control(const struct boot *boot)
{
	const struct boot_fd *control = boot_find(boot, FD_CONTROL, NULL, 0);

	return control == NULL ? -1 : control->fd;
}
