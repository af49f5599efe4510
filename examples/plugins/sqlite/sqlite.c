/* SQLite for Skua: databases and prepared statements behind handles, on the system's libsqlite3.
 *
 * What is worth knowing of it:
 *
 * Files. SQLite opens more than the file it is told: journals, write-ahead logs, attached databases, and it
 * follows links by itself. So its own system calls that take a path are replaced (files.c): each asks the
 * machine, at the moment of opening, and lets nothing lead out of what was granted.
 *
 * Errors. SQLite's are reported as a negative code with the message in `why`, since the module's error
 * classes carry more than a text; what the machine throws (a missing grant, no memory) stays pending.
 *
 * Threads. A connection has a lock, which statements of it take too. A closed connection has finalized its
 * statements; those that the guest still has only look at `closed`.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqlite_plugin.h"

/* Kinds of a column's value, as in the module. Texts that are not UTF-8 can be read as bytes only. */
enum { KIND_NULL, KIND_INT, KIND_FLOAT, KIND_TEXT, KIND_BLOB, KIND_BAD_TEXT };

/* What a connection may take of memory: its page cache (2 MB unless a pragma says otherwise) and what is
 * around it. */
#define CONNECTION_BYTES (4u << 20)
#define STATEMENT_BYTES (16u << 10)

/* How often a running statement looks whether the program is to end, in SQLite's own instructions. */
#define STEPS_BETWEEN_LOOKS 2000

typedef struct Connection {
    pthread_mutex_t lock;
    sqlite3* db;      /* NULL once closed */
    unsigned holders; /* the guest's handle, and one per statement; under `lock` */
    int64_t waited;   /* nanoseconds of the present wait for a lock */
    int64_t patience;
} Connection;

typedef struct Statement {
    Connection* connection;
    sqlite3_stmt* code; /* gone when connection->db is NULL */
} Statement;

/* The object that owns a handle stays alive up to here, or the collector might close the handle in use. */
#define KEEP(owner) __asm__ volatile("" : : "g"(owner) : "memory")

static void let_go(Connection* c) { /* called with the lock held, which it releases */
    unsigned left = --c->holders;
    pthread_mutex_unlock(&c->lock);
    if (left > 0) return;
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static void end_connection(Connection* c) {
    sqlite3_stmt* code;
    if (c->db == NULL) return;
    while ((code = sqlite3_next_stmt(c->db, NULL)) != NULL) sqlite3_finalize(code);
    sqlite3_close(c->db);
    c->db = NULL;
}

/* These two run when a handle is closed, or by the collector: nobody is there to be asked for files. */
static void drop_connection(void* pointer) {
    Connection* c = pointer;
    Visit visit = begin_visit(NULL);
    pthread_mutex_lock(&c->lock);
    end_connection(c);
    let_go(c);
    end_visit(visit);
}

static void drop_statement(void* pointer) {
    Statement* s = pointer;
    Connection* c = s->connection;
    Visit visit = begin_visit(NULL);
    pthread_mutex_lock(&c->lock);
    if (c->db != NULL) sqlite3_finalize(s->code);
    let_go(c);
    free(s);
    end_visit(visit);
}

static const SkHandleType connection_type = {"database", drop_connection};
static const SkHandleType statement_type = {"statement", drop_statement};

/* ---- errors
 * ---------------------------------------------------------------------------------------------------- */

static int64_t report(SkEnv* env, int code, const char* message, int offset, SkArray* why) {
    char place[16];
    SkString* text;
    if (env->api->has_pending(env)) return 0; /* that is the cause */
    if (code == SQLITE_NOMEM) {
        env->api->throw_error(env, "std.core.OutOfMemoryError", "SQLite has used up what --max-heap allows");
        return 0;
    }
    text = env->api->string_new(env, message, strlen(message));
    if (text == NULL) return 0;
    env->api->array_set(env, why, 0, text);
    snprintf(place, sizeof place, "%d", offset);
    text = env->api->string_new(env, place, strlen(place));
    if (text == NULL) return 0;
    env->api->array_set(env, why, 1, text);
    return -(int64_t)code;
}

static int64_t report_of(SkEnv* env, sqlite3* db, SkArray* why) {
    return report(env, sqlite3_extended_errcode(db), sqlite3_errmsg(db), sqlite3_error_offset(db), why);
}

/* ---- databases
 * --------------------------------------------------------------------------------------------------- */

static int is_to_stop(void* unused) {
    SkEnv* env = visitor();
    (void)unused;
    if (env == NULL) return 0;
    return env->api->has_pending(env) || env->api->interrupted(env);
}

/* Somebody else has the file locked. The machine's sleep, so that limits of time hold while waiting. */
static int wait_for_lock(void* pointer, int count) {
    Connection* c = pointer;
    SkEnv* env = visitor();
    int64_t pause = count < 5 ? 1000000 << count : 50000000;
    if (count == 0) c->waited = 0;
    if (env == NULL || env->api->has_pending(env) || c->waited >= c->patience) return 0;
    if (pause > c->patience - c->waited) pause = c->patience - c->waited;
    c->waited += pause;
    env->api->sleep_nanos(env, pause);
    return !env->api->has_pending(env);
}

/* SQL's random() and randomblob() of a program that is to do the same each time. */
static void random_number(sqlite3_context* context, int count, sqlite3_value** values) {
    SkEnv* env = visitor();
    int64_t number = 0;
    (void)count, (void)values;
    if (env != NULL && env->api->random_bytes(env, &number, sizeof number))
        sqlite3_result_int64(context, number);
}

static void random_blob(sqlite3_context* context, int count, sqlite3_value** values) {
    SkEnv* env = visitor();
    int n = sqlite3_value_int(values[0]);
    (void)count;
    if (n < 1) n = 1;
    if (n > sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1)) {
        sqlite3_result_error_toobig(context);
        return;
    }
    void* bytes = sqlite3_malloc(n);
    if (bytes == NULL) {
        sqlite3_result_error_nomem(context);
    } else {
        if (env == NULL || !env->api->random_bytes(env, bytes, (size_t)n)) memset(bytes, 0, (size_t)n);
        sqlite3_result_blob(context, bytes, n, sqlite3_free);
    }
}

static int set_up(SkEnv* env, Connection* c) {
    int rc = SQLITE_OK;
    size_t most = env->api->memory_limit(env);
    /* All of SQLite together, which is this plugin's unless the host uses it and has said so itself. */
    if (sqlite3_hard_heap_limit64(-1) == 0) sqlite3_hard_heap_limit64((sqlite3_int64)most);
    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_busy_handler(c->db, wait_for_lock, c);
    sqlite3_progress_handler(c->db, STEPS_BETWEEN_LOOKS, is_to_stop, NULL);
    /* A database may come from anywhere: its schema calls no function that is not safe, and it cannot be
     * damaged. */
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL); /* "nme" is a column, not a text */
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    if (most / 2 < 1000000000) sqlite3_limit(c->db, SQLITE_LIMIT_LENGTH, (int)(most / 2));
    /* Nothing is put into the system's folder for temporary files, which nobody granted. */
    rc = sqlite3_exec(c->db, "pragma temp_store = memory", NULL, NULL, NULL);
    if (rc == SQLITE_OK && env->api->deterministic(env)) {
        rc = sqlite3_create_function(c->db, "random", 0, SQLITE_UTF8, NULL, random_number, NULL, NULL);
        if (rc == SQLITE_OK)
            rc = sqlite3_create_function(c->db, "randomblob", 1, SQLITE_UTF8, NULL, random_blob, NULL, NULL);
    }
    return rc;
}

/* fn openDatabase(owner: Database, path: string?, mode: int, patience: int, why: [string]): int
 * Without a path: in memory. The mode is 0 to read, 1 to write as well, 2 to create as well. */
static int64_t open_database(SkEnv* env, SkObject* owner, SkString* path, int64_t mode, int64_t patience,
                             SkArray* why) {
    static const int flags[] = {SQLITE_OPEN_READONLY, SQLITE_OPEN_READWRITE,
                                SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
    const char* name = path == NULL ? NULL : env->api->string_cstr(env, path);
    char* full = NULL;
    int64_t handle = 0;
    if (path != NULL && name == NULL) return 0;
    if (path != NULL) {
        if (!may_open(env, name, mode > 0)) return 0;
        /* A name that begins with "file:" or ':' would mean something else to SQLite. */
        full = sqlite3_mprintf(name[0] == '/' ? "%s" : "./%s", name);
    }
    Connection* c = calloc(1, sizeof *c);
    if (c == NULL || (path != NULL && full == NULL)) {
        free(c);
        sqlite3_free(full);
        env->api->throw_error(env, "std.core.OutOfMemoryError", "no memory for a database");
        return 0;
    }
    pthread_mutex_init(&c->lock, NULL);
    c->holders = 1;
    c->patience = patience;
    Visit visit = begin_visit(env);
    int rc = sqlite3_open_v2(path == NULL ? ":memory:" : full, &c->db,
                             flags[path == NULL ? 2 : mode] | SQLITE_OPEN_FULLMUTEX, skua_vfs());
    if (rc == SQLITE_OK) rc = set_up(env, c);
    /* Opening reads nothing; this does, and finds files that are no databases. */
    if (rc == SQLITE_OK) rc = sqlite3_exec(c->db, "pragma schema_version", NULL, NULL, NULL);
    if (rc != SQLITE_OK || env->api->has_pending(env)) {
        handle = c->db == NULL ? report(env, SQLITE_NOMEM, "", -1, why) : report_of(env, c->db, why);
    } else {
        handle = env->api->handle_new_sized(env, &connection_type, c, CONNECTION_BYTES);
    }
    end_visit(visit);
    sqlite3_free(full);
    if (handle <= 0) {
        drop_connection(c);
    } else if (!env->api->handle_own(env, owner, &connection_type, handle)) {
        env->api->handle_close(env, &connection_type, handle);
        return 0;
    }
    return handle;
}

/* A connection in use: `c` is NULL if an error is pending. */
typedef struct Use {
    int64_t handle;
    Connection* c;
    Statement* s;
    Visit visit;
} Use;

static bool opened(SkEnv* env, Use* use) {
    pthread_mutex_lock(&use->c->lock);
    if (use->c->db != NULL) {
        use->visit = begin_visit(env);
        return true;
    }
    pthread_mutex_unlock(&use->c->lock);
    env->api->handle_release(env, use->handle);
    env->api->throw_error(env, "std.core.StateError", "this database is closed");
    return false;
}

static bool use_database(SkEnv* env, int64_t handle, Use* use) {
    use->handle = handle;
    use->s = NULL;
    use->c = env->api->handle_acquire(env, &connection_type, handle);
    return use->c != NULL && opened(env, use);
}

static bool use_statement(SkEnv* env, int64_t handle, Use* use) {
    use->handle = handle;
    use->s = env->api->handle_acquire(env, &statement_type, handle);
    if (use->s == NULL) return false;
    use->c = use->s->connection;
    return opened(env, use);
}

static void done(SkEnv* env, Use* use) {
    end_visit(use->visit);
    pthread_mutex_unlock(&use->c->lock);
    env->api->handle_release(env, use->handle);
}

/* fn closeDatabase(owner: Database, handle: int) */
static void close_database(SkEnv* env, SkObject* owner, int64_t handle) {
    Connection* c = env->api->handle_acquire(env, &connection_type, handle);
    if (c == NULL) { /* closed before, which is allowed */
        env->api->take_pending(env);
        return;
    }
    /* Here, and not by drop_connection, as logs are tidied up and removed: the machine is asked for that. */
    pthread_mutex_lock(&c->lock);
    Visit visit = begin_visit(env);
    end_connection(c);
    end_visit(visit);
    pthread_mutex_unlock(&c->lock);
    env->api->handle_release(env, handle);
    env->api->handle_close(env, &connection_type, handle);
    KEEP(owner);
}

/* fn lastRow(owner: Database, handle: int): int */
static int64_t last_row(SkEnv* env, SkObject* owner, int64_t handle) {
    Use use;
    if (!use_database(env, handle, &use)) return 0;
    int64_t id = sqlite3_last_insert_rowid(use.c->db);
    done(env, &use);
    KEEP(owner);
    return id;
}

/* fn inTransaction(owner: Database, handle: int): bool */
static bool in_transaction(SkEnv* env, SkObject* owner, int64_t handle) {
    Use use;
    if (!use_database(env, handle, &use)) return false;
    bool open = !sqlite3_get_autocommit(use.c->db);
    done(env, &use);
    KEEP(owner);
    return open;
}

/* ---- statements
 * -------------------------------------------------------------------------------------------------- */

/* fn prepareNext(owner: Code, database: Database, handle: int, sql: string, at: [int], why: [string]): int
 * The statement of `sql` that begins at byte at[0], which becomes the byte behind it. 0 if there is none. */
static int64_t prepare_next(SkEnv* env, SkObject* owner, SkObject* database, int64_t handle, SkString* sql,
                            SkArray* at, SkArray* why) {
    Use use;
    const char* text = env->api->string_cstr(env, sql);
    size_t length = env->api->string_len(env, sql);
    int64_t* offset = env->api->array_data(env, at);
    const char* rest;
    sqlite3_stmt* code = NULL;
    int64_t result = 0;
    if (text == NULL) return 0;
    if (length > 1000000) {
        env->api->throw_error(env, "std.core.ArgumentError",
                              "the SQL has more than a million bytes; pass data as parameters");
        return 0;
    }
    if (!use_database(env, handle, &use)) return 0;
    text += *offset;
    int rc = sqlite3_prepare_v3(use.c->db, text, (int)(length - (size_t)*offset) + 1, 0, &code, &rest);
    if (rc != SQLITE_OK) {
        result = report_of(env, use.c->db, why);
    } else {
        *offset += rest - text;
    }
    if (code != NULL) {
        Statement* s = malloc(sizeof *s);
        if (s != NULL) {
            s->connection = use.c;
            s->code = code;
            use.c->holders++;
            result = env->api->handle_new_sized(env, &statement_type, s, STATEMENT_BYTES);
        } else {
            env->api->throw_error(env, "std.core.OutOfMemoryError", "no memory for a statement");
        }
        if (result == 0) {
            if (s != NULL) use.c->holders--;
            free(s);
            sqlite3_finalize(code);
        }
    }
    done(env, &use);
    if (result > 0 && !env->api->handle_own(env, owner, &statement_type, result)) {
        env->api->handle_close(env, &statement_type, result);
        return 0;
    }
    KEEP(database);
    return result;
}

/* fn closeStatement(owner: Code, handle: int) */
static void close_statement(SkEnv* env, SkObject* owner, int64_t handle) {
    Use use;
    Statement* s = env->api->handle_acquire(env, &statement_type, handle);
    if (s == NULL) {
        env->api->take_pending(env);
        return;
    }
    /* What it had begun ends here, where the machine can be asked for the files that this takes. */
    use.handle = handle, use.c = s->connection, use.s = s;
    if (!opened(env, &use)) {
        env->api->take_pending(env);
    } else {
        sqlite3_reset(s->code);
        done(env, &use);
    }
    env->api->handle_close(env, &statement_type, handle);
    KEEP(owner);
}

/* fn columnNames(owner: Code, handle: int): [string] */
static SkArray* column_names(SkEnv* env, SkObject* owner, int64_t handle) {
    Use use;
    SkArray* names = NULL;
    if (!use_statement(env, handle, &use)) return NULL;
    int count = sqlite3_column_count(use.s->code);
    names = env->api->array_new(env, SK_STRING, (size_t)count);
    for (int i = 0; names != NULL && i < count; i++) {
        const char* name = sqlite3_column_name(use.s->code, i);
        SkString* text = name == NULL ? NULL : env->api->string_new(env, name, strlen(name));
        if (text == NULL) {
            if (name == NULL)
                env->api->throw_error(env, "std.core.OutOfMemoryError", "no memory for a column's name");
            names = NULL;
        } else {
            env->api->array_set(env, names, (size_t)i, text);
        }
    }
    done(env, &use);
    KEEP(owner);
    return names;
}

/* fn parameterCount(owner: Code, handle: int): int */
static int64_t parameter_count(SkEnv* env, SkObject* owner, int64_t handle) {
    Use use;
    if (!use_statement(env, handle, &use)) return 0;
    int count = sqlite3_bind_parameter_count(use.s->code);
    done(env, &use);
    KEEP(owner);
    return count;
}

/* fn parameterIndex(owner: Code, handle: int, name: string): int -- with its sign, ":name"; 0: there is none
 */
static int64_t parameter_index(SkEnv* env, SkObject* owner, int64_t handle, SkString* name) {
    Use use;
    const char* text = env->api->string_cstr(env, name);
    if (text == NULL || !use_statement(env, handle, &use)) return 0;
    int index = sqlite3_bind_parameter_index(use.s->code, text);
    done(env, &use);
    KEEP(owner);
    return index;
}

/* fn parameterName(owner: Code, handle: int, index: int): string? */
static SkString* parameter_name(SkEnv* env, SkObject* owner, int64_t handle, int64_t index) {
    Use use;
    if (!use_statement(env, handle, &use)) return NULL;
    const char* name = sqlite3_bind_parameter_name(use.s->code, (int)index);
    SkString* text = name == NULL ? NULL : env->api->string_new(env, name, strlen(name));
    done(env, &use);
    KEEP(owner);
    return text;
}

/* The natives that bind a value to parameter `index`, counted from 1, copy it. */
#define BIND(function, parameter, call)                                                            \
    static int64_t function(SkEnv* env, SkObject* owner, int64_t handle, int64_t index, parameter, \
                            SkArray* why) {                                                        \
        Use use;                                                                                   \
        int64_t result = 0;                                                                        \
        if (!use_statement(env, handle, &use)) return 0;                                           \
        if ((call) != SQLITE_OK) result = report_of(env, use.c->db, why);                          \
        done(env, &use);                                                                           \
        KEEP(owner);                                                                               \
        return result;                                                                             \
    }

BIND(bind_int, int64_t value, sqlite3_bind_int64(use.s->code, (int)index, value))
BIND(bind_float, double value, sqlite3_bind_double(use.s->code, (int)index, value))
BIND(bind_text, SkString* value,
     sqlite3_bind_text64(use.s->code, (int)index, env->api->string_data(env, value),
                         env->api->string_len(env, value), SQLITE_TRANSIENT, SQLITE_UTF8))
BIND(bind_blob, SkArray* value,
     env->api->array_len(env, value) == 0
         ? sqlite3_bind_zeroblob(use.s->code, (int)index, 0)
         : sqlite3_bind_blob64(use.s->code, (int)index, env->api->array_data(env, value),
                               env->api->array_len(env, value), SQLITE_TRANSIENT))

/* fn reset(owner: Code, handle: int) -- ends the run, and forgets the parameters */
static void reset(SkEnv* env, SkObject* owner, int64_t handle) {
    Use use;
    if (!use_statement(env, handle, &use)) return;
    sqlite3_reset(use.s->code); /* its result is that of the step before, which has been told */
    sqlite3_clear_bindings(use.s->code);
    done(env, &use);
    KEEP(owner);
}

static bool is_bad_text(SkEnv* env) { /* string_new failed: for want of UTF-8, or of memory? */
    SkObject* error = env->api->take_pending(env);
    if (strcmp(env->api->type_name(env, error), "std.core.ArgumentError") == 0) return true;
    env->api->throw_object(env, error);
    return false;
}

/* fn step(owner: Code, handle: int, kinds: [u8], numbers: [int], texts: [string], why: [string]): int
 * 1: the next row, whose values are in the arrays at their column; floats as their bits, of blobs the length.
 * 0: there is none. */
static int64_t step(SkEnv* env, SkObject* owner, int64_t handle, SkArray* kinds, SkArray* numbers,
                    SkArray* texts, SkArray* why) {
    Use use;
    int64_t result = 0;
    if (!use_statement(env, handle, &use)) return 0;
    sqlite3_stmt* code = use.s->code;
    int rc = sqlite3_step(code);
    if (rc == SQLITE_INTERRUPT && !env->api->has_pending(env)) {
        env->api->throw_errno(env, "SQLite was interrupted", 4); /* EINTR: becomes the limit's error */
    } else if (rc == SQLITE_ROW) {
        size_t count = (size_t)sqlite3_data_count(code);
        uint8_t* kind = env->api->array_data(env, kinds);
        int64_t* number = env->api->array_data(env, numbers);
        result = 1;
        if (count > env->api->array_len(env, kinds)) count = env->api->array_len(env, kinds);
        for (size_t i = 0; i < count; i++) {
            int column = (int)i;
            double real;
            switch (sqlite3_column_type(code, column)) {
                case SQLITE_INTEGER:
                    kind[i] = KIND_INT;
                    number[i] = sqlite3_column_int64(code, column);
                    break;
                case SQLITE_FLOAT:
                    kind[i] = KIND_FLOAT;
                    real = sqlite3_column_double(code, column);
                    memcpy(&number[i], &real, sizeof real);
                    break;
                case SQLITE_TEXT: {
                    const char* bytes = (const char*)sqlite3_column_text(code, column);
                    SkString* text = NULL;
                    kind[i] = KIND_TEXT;
                    number[i] = sqlite3_column_bytes(code, column);
                    if (bytes != NULL) {
                        text = env->api->string_new(env, bytes, (size_t)number[i]);
                        if (text == NULL && is_bad_text(env)) kind[i] = KIND_BAD_TEXT;
                    } else {
                        report(env, SQLITE_NOMEM, "", -1, why);
                    }
                    if (text != NULL) env->api->array_set(env, texts, i, text);
                    break;
                }
                case SQLITE_BLOB:
                    kind[i] = KIND_BLOB;
                    number[i] = sqlite3_column_bytes(code, column);
                    break;
                default:
                    kind[i] = KIND_NULL;
                    break;
            }
            if (env->api->has_pending(env)) break;
        }
    } else if (rc != SQLITE_DONE) {
        result = report_of(env, use.c->db, why);
    }
    done(env, &use);
    KEEP(owner);
    return result;
}

/* fn columnBytes(owner: Code, handle: int, column: int): [u8] -- of the row that `step` has just given */
static SkArray* column_bytes(SkEnv* env, SkObject* owner, int64_t handle, int64_t column) {
    Use use;
    if (!use_statement(env, handle, &use)) return NULL;
    const void* bytes = sqlite3_column_blob(use.s->code, (int)column);
    size_t length = (size_t)sqlite3_column_bytes(use.s->code, (int)column);
    SkArray* copy = env->api->array_new(env, SK_U8, length);
    if (copy != NULL && length > 0) memcpy(env->api->array_data(env, copy), bytes, length);
    done(env, &use);
    KEEP(owner);
    return copy;
}

/* fn run(owner: Code, handle: int, why: [string]): int -- to its end; how many rows it has changed */
static int64_t run(SkEnv* env, SkObject* owner, int64_t handle, SkArray* why) {
    Use use;
    int64_t result = 0;
    int rc;
    if (!use_statement(env, handle, &use)) return 0;
    int64_t before = sqlite3_total_changes64(use.c->db);
    while ((rc = sqlite3_step(use.s->code)) == SQLITE_ROW && !env->api->has_pending(env)) {
    }
    if (rc == SQLITE_INTERRUPT && !env->api->has_pending(env)) {
        env->api->throw_errno(env, "SQLite was interrupted", 4);
    } else if (rc != SQLITE_DONE) {
        result = report_of(env, use.c->db, why);
    } else if (sqlite3_total_changes64(use.c->db) != before) {
        result = sqlite3_changes64(use.c->db); /* without those of triggers */
    }
    sqlite3_reset(use.s->code);
    done(env, &use);
    KEEP(owner);
    return result;
}

/* fn realOf(bits: int): float */
static double real_of(SkEnv* env, int64_t bits) {
    double real;
    (void)env;
    memcpy(&real, &bits, sizeof real);
    return real;
}

/* fn version(): string */
static SkString* version(SkEnv* env) {
    return env->api->string_new(env, sqlite3_libversion(), strlen(sqlite3_libversion()));
}

#define D "sqlite.Database"
#define S "sqlite.Code"
static const SkNative natives[] = {
    {"sqlite.openDatabase", "(" D ",string?,i64,i64,[string])i64", (SkFunction)open_database, NULL},
    {"sqlite.closeDatabase", "(" D ",i64)void", (SkFunction)close_database, NULL},
    {"sqlite.lastRow", "(" D ",i64)i64", (SkFunction)last_row, NULL},
    {"sqlite.inTransaction", "(" D ",i64)bool", (SkFunction)in_transaction, NULL},
    {"sqlite.prepareNext", "(" S "," D ",i64,string,[i64],[string])i64", (SkFunction)prepare_next, NULL},
    {"sqlite.closeStatement", "(" S ",i64)void", (SkFunction)close_statement, NULL},
    {"sqlite.columnNames", "(" S ",i64)[string]", (SkFunction)column_names, NULL},
    {"sqlite.parameterCount", "(" S ",i64)i64", (SkFunction)parameter_count, NULL},
    {"sqlite.parameterIndex", "(" S ",i64,string)i64", (SkFunction)parameter_index, NULL},
    {"sqlite.parameterName", "(" S ",i64,i64)string?", (SkFunction)parameter_name, NULL},
    {"sqlite.bindInt", "(" S ",i64,i64,i64,[string])i64", (SkFunction)bind_int, NULL},
    {"sqlite.bindFloat", "(" S ",i64,i64,f64,[string])i64", (SkFunction)bind_float, NULL},
    {"sqlite.bindText", "(" S ",i64,i64,string,[string])i64", (SkFunction)bind_text, NULL},
    {"sqlite.bindBlob", "(" S ",i64,i64,[u8],[string])i64", (SkFunction)bind_blob, NULL},
    {"sqlite.reset", "(" S ",i64)void", (SkFunction)reset, NULL},
    {"sqlite.step", "(" S ",i64,[u8],[i64],[string],[string])i64", (SkFunction)step, NULL},
    {"sqlite.columnBytes", "(" S ",i64,i64)[u8]", (SkFunction)column_bytes, NULL},
    {"sqlite.run", "(" S ",i64,[string])i64", (SkFunction)run, NULL},
    {"sqlite.realOf", "(i64)f64", (SkFunction)real_of, NULL},
    {"sqlite.version", "()string", (SkFunction)version, NULL},
};

static const SkPlugin plugin = {
    SK_ABI_VERSION, "sqlite", "1.0", natives, sizeof natives / sizeof natives[0], NULL,
};

SK_EXPORT const SkPlugin* skua_plugin(const SkHost* host) {
    /* Older machines cannot open files as is needed here. */
    if (host->api->size < offsetof(SkApi, trace_output) + sizeof host->api->trace_output) return NULL;
    return replace_system_calls() ? &plugin : NULL;
}
