/* A SQLite VFS for tests: a shim over the system's own one that writes down
 * every call which changes a file or makes a change durable, and that can fail
 * the N-th call of a kind. It is loaded as a run-time extension and makes
 * itself the default, so that the program under test opens its database as it
 * always does.
 *
 * Only files below the watched directory are recorded or failed. The shared
 * index (-shm) goes straight through: it is memory, rebuilt at every start.
 * Memory-mapped reading of the database is switched off (io methods of
 * version 2), so that no write can go past the shim.
 *
 * Directory syncs are not asked for through the VFS: the unix VFS opens the
 * directory and syncs it inside xSync and xDelete. They are seen by standing
 * in front of its system call "openDirectory". */
#include "sqlite3ext.h"
SQLITE_EXTENSION_INIT1

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { OPEN = 1, WRITE, TRUNCATE, SYNC, DELETE, DIRSYNC };

/* header of one recorded call; the data follows. Go reads it as it lies. */
typedef struct {
    sqlite3_int64 op, file, a, size;
} header;

/* the calls that can fail, by name; the number is the index into calls[]. */
static const char *const kinds[] = { "write", "sync", "truncate", "read", "open", "delete", "shm" };
enum { K_WRITE, K_SYNC, K_TRUNCATE, K_READ, K_OPEN, K_DELETE, K_SHM, KINDS };

static struct {
    pthread_mutex_t mu;
    char *dir;               /* watched directory with a slash behind it; NULL: none */
    int keep;                /* write calls down */
    char *log;               /* headers and data */
    size_t used, room;
    sqlite3_int64 ops;       /* recorded so far */
    sqlite3_int64 files;     /* known so far */
    sqlite3_int64 watch;     /* how often watching began anew */
    sqlite3_int64 calls[KINDS];
    int kind, code, lasting; /* the fault; kind -1: none */
    sqlite3_int64 at;        /* fail the at-th call of the kind, counted from 1 */
    sqlite3_int64 failed;    /* calls that were failed */
} state = { .mu = PTHREAD_MUTEX_INITIALIZER, .kind = -1 };

static sqlite3_vfs *under;
static __thread int directory_opened;
static int (*open_directory)(const char *, int *);

static int seen_open_directory(const char *path, int *fd) {
    int rc = open_directory(path, fd);
    if (rc == SQLITE_OK && *fd >= 0) directory_opened = 1;
    return rc;
}

typedef struct {
    sqlite3_file base;
    sqlite3_file *real;
    char *name;          /* NULL: a temporary file */
    sqlite3_int64 watch; /* the watch that id belongs to */
    sqlite3_int64 id;
} file;

#define REAL(f) (((file *)(f))->real)
#define CALL(f, m) REAL(f)->pMethods->m

/* needs the lock */
static int is_watched(const char *name) {
    return name != NULL && state.dir != NULL && strncmp(name, state.dir, strlen(state.dir)) == 0;
}

/* on is whether anything is watched at all: without it thousands of reads
 * would wait for each other at the lock. */
static int on;

static int watched(const char *name) {
    int yes;
    if (!__atomic_load_n(&on, __ATOMIC_ACQUIRE)) return 0;
    pthread_mutex_lock(&state.mu);
    yes = is_watched(name);
    pthread_mutex_unlock(&state.mu);
    return yes;
}

/* fault counts a call and tells whether it has to fail. */
static int fault(int kind) {
    int rc = SQLITE_OK;
    pthread_mutex_lock(&state.mu);
    state.calls[kind]++;
    if (state.kind == kind && (state.calls[kind] == state.at || (state.lasting && state.calls[kind] > state.at))) {
        rc = state.code;
        state.failed++;
    }
    pthread_mutex_unlock(&state.mu);
    return rc;
}

static sqlite3_int64 now(void) {
    sqlite3_int64 n;
    pthread_mutex_lock(&state.mu);
    n = state.ops;
    pthread_mutex_unlock(&state.mu);
    return n;
}

static void record(sqlite3_int64 op, sqlite3_int64 id, sqlite3_int64 a, const void *data, sqlite3_int64 size) {
    header h = { op, id, a, size };
    size_t more = sizeof h + (size_t)size;
    pthread_mutex_lock(&state.mu);
    if (state.keep) {
        while (state.used + more > state.room) {
            state.room = state.room ? state.room * 2 : 1 << 20;
            state.log = realloc(state.log, state.room);
            if (state.log == NULL) abort();
        }
        memcpy(state.log + state.used, &h, sizeof h);
        if (size > 0) memcpy(state.log + state.used + sizeof h, data, (size_t)size);
        state.used += more;
        state.ops++;
    }
    pthread_mutex_unlock(&state.mu);
}

/* id is the number of a file in this watch, 0 when it is not watched. A file
 * that was open before the watch began gets its number at its first call. */
static sqlite3_int64 id(sqlite3_file *f) {
    file *mine = (file *)f;
    int yes, fresh;
    if (!__atomic_load_n(&on, __ATOMIC_ACQUIRE)) return 0;
    pthread_mutex_lock(&state.mu);
    yes = is_watched(mine->name);
    fresh = yes && mine->watch != state.watch;
    if (fresh) {
        mine->watch = state.watch;
        mine->id = ++state.files;
    }
    pthread_mutex_unlock(&state.mu);
    if (fresh) record(OPEN, mine->id, 0, mine->name, strlen(mine->name));
    return yes ? mine->id : 0;
}

static int f_close(sqlite3_file *f) {
    int rc = CALL(f, xClose)(REAL(f));
    sqlite3_free(REAL(f));
    free(((file *)f)->name);
    return rc;
}

static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at) {
    int rc = id(f) ? fault(K_READ) : SQLITE_OK;
    return rc ? rc : CALL(f, xRead)(REAL(f), p, n, at);
}

/* A write that fails has half happened, as on a disk that got full. */
static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at) {
    int rc, failing;
    if (!id(f)) return CALL(f, xWrite)(REAL(f), p, n, at);
    failing = fault(K_WRITE);
    if (failing) n = n / 1024 * 512;
    rc = n > 0 ? CALL(f, xWrite)(REAL(f), p, n, at) : SQLITE_OK;
    if (rc == SQLITE_OK && n > 0) record(WRITE, id(f), at, p, n);
    return failing ? failing : rc;
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 size) {
    int rc;
    if (!id(f)) return CALL(f, xTruncate)(REAL(f), size);
    rc = fault(K_TRUNCATE);
    if (rc == SQLITE_OK) rc = CALL(f, xTruncate)(REAL(f), size);
    if (rc == SQLITE_OK) record(TRUNCATE, id(f), size, NULL, 0);
    return rc;
}

/* A sync makes durable what was written before it began. */
static int f_sync(sqlite3_file *f, int flags) {
    int rc;
    sqlite3_int64 begin;
    if (!id(f)) return CALL(f, xSync)(REAL(f), flags);
    rc = fault(K_SYNC);
    if (rc) return rc;
    begin = now();
    directory_opened = 0;
    rc = CALL(f, xSync)(REAL(f), flags);
    if (rc == SQLITE_OK) {
        record(SYNC, id(f), begin, NULL, 0);
        if (directory_opened) record(DIRSYNC, 0, begin, NULL, 0);
    }
    return rc;
}

static int f_size(sqlite3_file *f, sqlite3_int64 *p) { return CALL(f, xFileSize)(REAL(f), p); }
static int f_lock(sqlite3_file *f, int l) { return CALL(f, xLock)(REAL(f), l); }
static int f_unlock(sqlite3_file *f, int l) { return CALL(f, xUnlock)(REAL(f), l); }
static int f_reserved(sqlite3_file *f, int *p) { return CALL(f, xCheckReservedLock)(REAL(f), p); }
static int f_control(sqlite3_file *f, int op, void *p) { return CALL(f, xFileControl)(REAL(f), op, p); }
static int f_sector(sqlite3_file *f) { return CALL(f, xSectorSize)(REAL(f)); }
static int f_device(sqlite3_file *f) { return CALL(f, xDeviceCharacteristics)(REAL(f)); }
static int f_shm_lock(sqlite3_file *f, int o, int n, int l) { return CALL(f, xShmLock)(REAL(f), o, n, l); }
static void f_shm_barrier(sqlite3_file *f) { CALL(f, xShmBarrier)(REAL(f)); }
static int f_shm_unmap(sqlite3_file *f, int d) { return CALL(f, xShmUnmap)(REAL(f), d); }

static int f_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **pp) {
    int rc = id(f) ? fault(K_SHM) : SQLITE_OK;
    return rc ? rc : CALL(f, xShmMap)(REAL(f), page, size, extend, pp);
}

static const sqlite3_io_methods methods = {
    2, f_close, f_read, f_write, f_truncate, f_sync, f_size, f_lock, f_unlock, f_reserved,
    f_control, f_sector, f_device, f_shm_map, f_shm_lock, f_shm_barrier, f_shm_unmap, NULL, NULL,
};

static int v_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags, int *out) {
    file *mine = (file *)f;
    int rc, there = 1;
    memset(mine, 0, sizeof *mine);
    if (watched(name)) {
        rc = fault(K_OPEN);
        if (rc) return rc;
        under->xAccess(under, name, SQLITE_ACCESS_EXISTS, &there);
    }
    mine->real = sqlite3_malloc(under->szOsFile);
    if (mine->real == NULL) return SQLITE_NOMEM;
    memset(mine->real, 0, under->szOsFile);
    rc = under->xOpen(under, name, mine->real, flags, out);
    if (rc != SQLITE_OK) {
        sqlite3_free(mine->real);
        return rc;
    }
    mine->name = name != NULL ? strdup(name) : NULL;
    mine->base.pMethods = &methods;
    if (!there) {
        pthread_mutex_lock(&state.mu);
        mine->watch = state.watch;
        mine->id = ++state.files;
        pthread_mutex_unlock(&state.mu);
        record(OPEN, mine->id, 1, name, strlen(name));
    }
    return SQLITE_OK;
}

static int v_delete(sqlite3_vfs *v, const char *name, int sync) {
    int rc;
    if (!watched(name)) return under->xDelete(under, name, sync);
    rc = fault(K_DELETE);
    if (rc) return rc;
    directory_opened = 0;
    rc = under->xDelete(under, name, sync);
    if (rc == SQLITE_OK) {
        record(DELETE, 0, 0, name, strlen(name));
        if (directory_opened) record(DIRSYNC, 0, now(), NULL, 0);
    }
    return rc;
}

/* powercut_watch(directory, keep): begins anew; '' watches nothing. */
static void sql_watch(sqlite3_context *c, int n, sqlite3_value **v) {
    const char *dir = (const char *)sqlite3_value_text(v[0]);
    pthread_mutex_lock(&state.mu);
    free(state.dir);
    state.dir = dir != NULL && dir[0] ? strdup(dir) : NULL;
    state.keep = sqlite3_value_int(v[1]);
    state.used = 0;
    state.ops = state.files = 0;
    state.watch++;
    __atomic_store_n(&on, state.dir != NULL, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&state.mu);
}

/* powercut_at(): calls recorded so far. */
static void sql_at(sqlite3_context *c, int n, sqlite3_value **v) { sqlite3_result_int64(c, now()); }

/* powercut_log(): all that was recorded. */
static void sql_log(sqlite3_context *c, int n, sqlite3_value **v) {
    pthread_mutex_lock(&state.mu);
    sqlite3_result_blob64(c, state.log, state.used, SQLITE_TRANSIENT);
    pthread_mutex_unlock(&state.mu);
}

/* powercut_fail(kind, at, code, lasting): counts calls from 0 and fails the
 * at-th of the kind, and with lasting all after it; at 0 fails none. */
static void sql_fail(sqlite3_context *c, int n, sqlite3_value **v) {
    const char *kind = (const char *)sqlite3_value_text(v[0]);
    int k = 0;
    while (k < KINDS && (kind == NULL || strcmp(kind, kinds[k]) != 0)) k++;
    if (k == KINDS) {
        sqlite3_result_error(c, "no such kind of call", -1);
        return;
    }
    pthread_mutex_lock(&state.mu);
    memset(state.calls, 0, sizeof state.calls);
    state.at = sqlite3_value_int64(v[1]);
    state.kind = state.at > 0 ? k : -1;
    state.code = sqlite3_value_int(v[2]);
    state.lasting = sqlite3_value_int(v[3]);
    state.failed = 0;
    pthread_mutex_unlock(&state.mu);
}

/* powercut_failed(): how many calls were failed. */
static void sql_failed(sqlite3_context *c, int n, sqlite3_value **v) {
    pthread_mutex_lock(&state.mu);
    sqlite3_result_int64(c, state.failed);
    pthread_mutex_unlock(&state.mu);
}

/* powercut_run(sql): runs it on every connection that may write a watched
 * database. So a test changes a setting behind the program's back. */
enum { CONNECTIONS = 256 };
static struct {
    pthread_mutex_t mu;
    sqlite3 *open[CONNECTIONS];
} connections = { .mu = PTHREAD_MUTEX_INITIALIZER };

static void closed(void *db) {
    int i;
    pthread_mutex_lock(&connections.mu);
    for (i = 0; i < CONNECTIONS; i++) {
        if (connections.open[i] == db) connections.open[i] = NULL;
    }
    pthread_mutex_unlock(&connections.mu);
}

static void nothing(sqlite3_context *c, int n, sqlite3_value **v) {}

/* opened is called for each new connection. Its end is noticed by the end of
 * a function that nobody calls. */
static int opened(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
    int i = 0;
    pthread_mutex_lock(&connections.mu);
    while (i < CONNECTIONS && connections.open[i] != NULL) i++;
    if (i < CONNECTIONS) connections.open[i] = db;
    pthread_mutex_unlock(&connections.mu);
    return sqlite3_create_function_v2(db, "powercut_here", 0, SQLITE_UTF8, db, nothing, NULL, NULL, closed);
}

static void sql_run(sqlite3_context *c, int n, sqlite3_value **v) {
    const char *sql = (const char *)sqlite3_value_text(v[0]);
    int i, ran = 0, rc = SQLITE_OK;
    pthread_mutex_lock(&connections.mu);
    for (i = 0; i < CONNECTIONS && rc == SQLITE_OK; i++) {
        sqlite3 *db = connections.open[i];
        if (db == NULL || sqlite3_db_readonly(db, "main") != 0 || !watched(sqlite3_db_filename(db, "main"))) continue;
        rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
        ran++;
    }
    pthread_mutex_unlock(&connections.mu);
    if (rc == SQLITE_OK) sqlite3_result_int(c, ran);
    else sqlite3_result_error(c, sqlite3_errstr(rc), -1);
}

static sqlite3_vfs vfs;

static int stand_in_front(void) {
    under = sqlite3_vfs_find(NULL);
    if (under == NULL || under->iVersion < 3) return SQLITE_ERROR;
    open_directory = (int (*)(const char *, int *))under->xGetSystemCall(under, "openDirectory");
    if (open_directory == NULL) return SQLITE_ERROR;
    under->xSetSystemCall(under, "openDirectory", (sqlite3_syscall_ptr)seen_open_directory);
    vfs = *under;
    vfs.zName = "powercut";
    vfs.szOsFile = sizeof(file);
    vfs.pNext = NULL;
    vfs.xOpen = v_open;
    vfs.xDelete = v_delete;
    sqlite3_auto_extension((void (*)(void))opened);
    return sqlite3_vfs_register(&vfs, 1);
}

int sqlite3_powercut_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
    static const struct { const char *name; int args; void (*f)(sqlite3_context *, int, sqlite3_value **); } functions[] = {
        { "powercut_watch", 2, sql_watch }, { "powercut_at", 0, sql_at }, { "powercut_log", 0, sql_log },
        { "powercut_fail", 4, sql_fail }, { "powercut_failed", 0, sql_failed },
        { "powercut_run", 1, sql_run },
    };
    int rc = SQLITE_OK;
    size_t i;
    SQLITE_EXTENSION_INIT2(api);
    if (under == NULL) rc = stand_in_front();
    for (i = 0; rc == SQLITE_OK && i < sizeof functions / sizeof functions[0]; i++) {
        rc = sqlite3_create_function(db, functions[i].name, functions[i].args, SQLITE_UTF8, NULL, functions[i].f, NULL, NULL);
    }
    return rc == SQLITE_OK ? SQLITE_OK_LOAD_PERMANENTLY : rc;
}
