#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/unit_test.h"
#include "proc/boot.h"

static struct boot sample(void)
{
	struct boot boot = {.kind = PROCESS_CORE, .name = "sapporo", .directory = "/srv/sapporo/core", .user = 61010, .supervisor = 4711};

	boot.fds[0] = (struct boot_fd){.role = FD_CONTROL, .fd = 4};
	boot.fds[1] = (struct boot_fd){.role = FD_EDGE, .index = 0, .fd = 5, .peer = "guardians"};
	boot.fds[2] = (struct boot_fd){.role = FD_EDGE, .index = 1, .fd = 6, .peer = "guardians"};
	boot.fds[3] = (struct boot_fd){.role = FD_EDGE, .index = 1, .fd = 7, .peer = "provider"};
	boot.fd_count = 4;
	boot.settings[0] = (struct boot_setting){.name = "demo", .value = "yes"};
	boot.setting_count = 1;
	return boot;
}

static void comes_back(void **state)
{
	struct boot boot = sample();
	struct boot back;
	OWN(buf) text = {0};

	(void)state;
	assert_ok(boot_format(&boot, &text));
	assert_ok(boot_parse(bytes_of(&text), &back));
	assert_memory_equal(&back, &boot, sizeof(boot));
	for (size_t len = 0; len < text.len; len++)
		assert_err(INVALID, boot_parse((struct bytes){text.ptr, len}, &back));
	assert_ok(buf_u8(&text, 0));
	assert_err(INVALID, boot_parse(bytes_of(&text), &back));
}

static void limits(void **state)
{
	struct boot boot = sample();
	struct boot back;
	OWN(buf) text = {0};

	(void)state;
	boot.fd_count = BOOT_FDS_MAX;
	boot.setting_count = BOOT_SETTINGS_MAX;
	assert_ok(boot_format(&boot, &text));
	assert_ok(boot_parse(bytes_of(&text), &back));
	/* A count above our limit, whatever follows. */
	buf_clear(&text);
	boot.fd_count = 0;
	boot.setting_count = 0;
	assert_ok(boot_format(&boot, &text));
	text.ptr[text.len - 3] = BOOT_FDS_MAX + 1;
	assert_err(INVALID, boot_parse(bytes_of(&text), &back));
	text.ptr[text.len - 3] = 0;
	text.ptr[text.len - 1] = BOOT_SETTINGS_MAX + 1;
	assert_err(INVALID, boot_parse(bytes_of(&text), &back));
	text.ptr[text.len - 1] = 0;
	text.ptr[1] = PROCESS_KIND_COUNT;
	assert_err(INVALID, boot_parse(bytes_of(&text), &back));
	text.ptr[1] = PROCESS_EDGE;
	text.ptr[0]++;
	assert_err(INVALID, boot_parse(bytes_of(&text), &back));
}

static void found(void **state)
{
	struct boot boot = sample();

	(void)state;
	assert_int_equal(boot_control(&boot), 4);
	assert_int_equal(boot_find(&boot, FD_EDGE, "provider", 1)->fd, 7);
	assert_int_equal(boot_find(&boot, FD_EDGE, NULL, 1)->fd, 6);
	assert_null(boot_find(&boot, FD_EDGE, "provider", 0));
	assert_null(boot_find(&boot, FD_KEYS, NULL, 0));
	assert_string_equal(boot_setting(&boot, "demo"), "yes");
	assert_null(boot_setting(&boot, "dem"));
}

static int message_fd(const struct boot *boot)
{
	OWN(buf) text = {0};
	int fd = memfd_create("boot", MFD_CLOEXEC);

	assert_ok(boot_format(boot, &text));
	assert_int_equal(write(fd, text.ptr, text.len), (ssize_t)text.len);
	return fd;
}

static void received(void **state)
{
	struct boot boot = sample();
	struct boot back;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	boot.fd_count = 1;
	boot.fds[0].fd = pair[0];
	assert_ok(boot_receive(message_fd(&boot), &back));
	assert_int_equal(fcntl(pair[0], F_GETFD), FD_CLOEXEC);
	/* A descriptor that is not there; no control channel; no message. */
	close(pair[0]);
	assert_err(INVALID, boot_receive(message_fd(&boot), &back));
	boot.fd_count = 0;
	assert_err(INVALID, boot_receive(message_fd(&boot), &back));
	assert_err(INVALID, boot_receive(-1, &back));
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back),
		cmocka_unit_test(limits),
		cmocka_unit_test(found),
		cmocka_unit_test(received),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
