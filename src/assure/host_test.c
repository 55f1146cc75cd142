#include <string.h>
#include <unistd.h>

#include "assure/host.h"
#include "base/unit_test.h"

static void lines_of_sockets(void **state)
{
	static const struct { const char *line; bool v6; enum err_code code; uint16_t local, remote; unsigned state; uint32_t user; uint64_t inode; bool loopback; } rows[] = {
		{"   0: 0100007F:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 1 0000 100 0 0 10 0", false, ERR_OK, 8443, 0, 10, 1000, 12345, true},
		{"  17: 0A00020F:0016 0B00020F:C001 01 00000000:00000000 02:000A7214 00000000     0        0 99 4 0000", false, ERR_OK, 22, 49153, 1, 0, 99, false},
		{"   1: 00000000000000000000000001000000:20FB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 61001 0 7 1 0", true, ERR_OK, 8443, 0, 10, 61001, 7, true},
		{"   1: 0000000000000000FFFF00000100007F:20FB 0000000000000000FFFF00000100007F:C001 01 00000000:00000000 00:00000000 00000000 61001 0 7 1 0", true, ERR_OK, 8443, 49153, 1, 61001, 7, true},
		{"   0: 0100007F:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0", false, ERR_INVALID, 0, 0, 0, 0, 0, false},
		{"   0: 0100007F 00000000:0000 0A", false, ERR_INVALID, 0, 0, 0, 0, 0, false},
		{"  sl  local_address rem_address", false, ERR_INVALID, 0, 0, 0, 0, 0, false},
		{"", false, ERR_INVALID, 0, 0, 0, 0, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct host_socket socket = {0};

		assert_int_equal(host_socket_cut(rows[i].line, rows[i].v6, false, &socket).code, rows[i].code);
		assert_int_equal(socket.local_port, rows[i].local);
		assert_int_equal(socket.remote_port, rows[i].remote);
		assert_int_equal(socket.state, rows[i].state);
		assert_int_equal(socket.user, rows[i].user);
		assert_int_equal(socket.inode, rows[i].inode);
		assert_int_equal(host_is_loopback(&socket, false), rows[i].loopback);
	}
}

static void text_of_a_process(void **state)
{
	static const char text[] = "Name:\tcore\nUmask:\t0077\nPid:\t12\nPPid:\t7\nUid:\t61002\t61002\t61002\t61002\nGid:\t61002\t61002\t61002\t61002\n"
				   "CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000001\nCapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000000\n"
				   "NoNewPrivs:\t1\nSeccomp:\t2\n";
	struct host_process process;

	(void)state;
	assert_ok(host_status_cut(text, &process));
	assert_int_equal(process.pid, 12);
	assert_int_equal(process.parent, 7);
	assert_int_equal(process.user, 61002);
	assert_int_equal(process.seccomp, 2);
	assert_true(process.no_new_privileges);
	assert_int_equal(process.capabilities, 1);
	assert_string_equal(process.kind, "core");
	assert_err(INVALID, host_status_cut("Name:\tcore\n", &process));
	assert_err(INVALID, host_status_cut("", &process));
}

static void this_machine(void **state)
{
	static struct host_socket sockets[HOST_SOCKETS_MAX];
	static struct host_process processes[HOST_PROCESSES_MAX];
	size_t count = 0;

	(void)state;
	assert_ok(host_sockets(sockets, HOST_SOCKETS_MAX, &count));
	assert_ok(host_family(getpid(), processes, HOST_PROCESSES_MAX, &count));
	assert_int_equal(count, 1);
	assert_int_equal(processes[0].pid, getpid());
	assert_int_equal(processes[0].parent, getppid());
	assert_string_equal(processes[0].kind, "supervisor");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_sockets),
		cmocka_unit_test(text_of_a_process),
		cmocka_unit_test(this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
