/* test/db/fault_vfs.h: SQLite's file layer with a disk that fails when told to.
 *
 * It becomes the default layer for every store opened afterwards. Reads and locks always work;
 * writes, truncations and syncs are counted, and the chosen one fails. How often the disk was waited for
 * is told as well.
 */
#ifndef TEST_DB_FAULT_VFS_H
#define TEST_DB_FAULT_VFS_H

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>

struct fault_file {
	sqlite3_file base;            /* the real file follows */
};

static struct {
	_Atomic int countdown;        /* the call that brings it to 0 fails; below 0: nothing does */
	_Atomic bool fired;
	int code;                     /* what the failing call answers */
	bool for_good;                /* every later call fails too */
	_Atomic int syncs;            /* so far */
} fault = { .countdown = -1 };

static inline void fault_arm(int nth, int code, bool for_good)
{
	fault.code = code;
	fault.for_good = for_good;
	fault.fired = false;
	fault.countdown = nth;
}

/* True when the fault has struck. */
static inline bool fault_disarm(void)
{
	fault.countdown = -1;
	return fault.fired;
}

static inline bool fault_strikes(void)
{
	if (fault.countdown < 0)
		return false;
	if (fault.countdown > 0 && --fault.countdown > 0)
		return false;
	if (fault.fired && !fault.for_good)
		return false;
	fault.fired = true;
	return true;
}

static inline sqlite3_file *real_file(sqlite3_file *file)
{
	return (sqlite3_file *)((struct fault_file *)file + 1);
}

#define REAL(file, method, ...) real_file(file)->pMethods->method(real_file(file) __VA_OPT__(,) __VA_ARGS__)

static int fault_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	return fault_strikes() ? fault.code : REAL(f, xWrite, p, n, at);
}

static int fault_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return fault_strikes() ? fault.code : REAL(f, xTruncate, size);
}

static int fault_sync(sqlite3_file *f, int flags)
{
	fault.syncs++;
	return fault_strikes() ? fault.code : REAL(f, xSync, flags);
}

static int pass_close(sqlite3_file *f) { return REAL(f, xClose); }
static int pass_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at) { return REAL(f, xRead, p, n, at); }
static int pass_size(sqlite3_file *f, sqlite3_int64 *size) { return REAL(f, xFileSize, size); }
static int pass_lock(sqlite3_file *f, int how) { return REAL(f, xLock, how); }
static int pass_unlock(sqlite3_file *f, int how) { return REAL(f, xUnlock, how); }
static int pass_reserved(sqlite3_file *f, int *out) { return REAL(f, xCheckReservedLock, out); }
static int pass_control(sqlite3_file *f, int op, void *arg) { return REAL(f, xFileControl, op, arg); }
static int pass_sector(sqlite3_file *f) { return REAL(f, xSectorSize); }
static int pass_traits(sqlite3_file *f) { return REAL(f, xDeviceCharacteristics); }
static int pass_shm_map(sqlite3_file *f, int i, int n, int ext, void volatile **p)
{
	return REAL(f, xShmMap, i, n, ext, p);
}
static int pass_shm_lock(sqlite3_file *f, int at, int n, int flags) { return REAL(f, xShmLock, at, n, flags); }
static void pass_shm_barrier(sqlite3_file *f) { REAL(f, xShmBarrier); }
static int pass_shm_unmap(sqlite3_file *f, int del) { return REAL(f, xShmUnmap, del); }

static int fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	static const sqlite3_io_methods METHODS = {
		2, pass_close, pass_read, fault_write, fault_truncate, fault_sync, pass_size, pass_lock, pass_unlock,
		pass_reserved, pass_control, pass_sector, pass_traits, pass_shm_map, pass_shm_lock, pass_shm_barrier,
		pass_shm_unmap,
	};
	sqlite3_vfs *real = sqlite3_vfs_find("unix");
	int rc = real->xOpen(real, name, real_file(f), flags, out);

	f->pMethods = real_file(f)->pMethods ? &METHODS : NULL;
	return rc;
}

static inline void fault_install(void)
{
	static sqlite3_vfs vfs;

	sqlite3_initialize();
	vfs = *sqlite3_vfs_find("unix");
	vfs.zName = "fault";
	vfs.szOsFile += (int)sizeof(struct fault_file);
	vfs.xOpen = fault_open;
	sqlite3_vfs_register(&vfs, 1);
}

#endif
