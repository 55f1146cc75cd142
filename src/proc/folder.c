#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc/folder.h"

static err own_tree(int parent, const char *name, uid_t user, unsigned depth);

/* Takes fd over. */
static err own_entries(int fd, uid_t user, unsigned depth)
{
	DIR *folder = fdopendir(fd);
	const struct dirent *entry;
	err result = OK;

	if (folder == NULL) {
		(void)close(fd); /* only read */
		return FAIL(UNAVAILABLE);
	}
	while (err_is_ok(result) && (errno = 0, entry = readdir(folder)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			result = own_tree(fd, entry->d_name, user, depth + 1);
	if (err_is_ok(result) && errno != 0)
		result = FAIL(UNAVAILABLE);
	(void)closedir(folder); /* only read */
	return result;
}

static err own_tree(int parent, const char *name, uid_t user, unsigned depth)
{
	struct stat status;
	int fd;

	if (depth > FOLDER_DEPTH_MAX)
		return FAIL(TOO_LARGE);
	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return FAIL(UNAVAILABLE);
	if ((status.st_uid != user || status.st_gid != user) && fchownat(parent, name, user, (gid_t)user, AT_SYMLINK_NOFOLLOW) != 0)
		return FAIL(UNAVAILABLE);
	if (!S_ISDIR(status.st_mode))
		return OK;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? FAIL(UNAVAILABLE) : own_entries(fd, user, depth);
}

err folder_prepare(const char *path, uint32_t user)
{
	struct stat status;

	if (mkdir(path, S_IRWXU) != 0 && errno != EEXIST)
		return FAIL(UNAVAILABLE);
	if (lstat(path, &status) != 0 || !S_ISDIR(status.st_mode))
		return FAIL(UNAVAILABLE);
	if ((status.st_mode & 07777) != S_IRWXU && chmod(path, S_IRWXU) != 0)
		return FAIL(UNAVAILABLE);
	return user == 0 ? OK : own_tree(AT_FDCWD, path, (uid_t)user, 0);
}
