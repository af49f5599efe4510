/* Archives that depend on others, signatures, and plugins in processes of their own, as a host has them.
 *
 * usage: packages_host FOLDER, which embed_test.py has made:
 *     app.ska             depends on util ^1.0, unsigned           util-1.2.0.ska in lib/, unsigned
 *     signed/app.ska      the same, signed by key.pub              signed/lib/util-1.2.0.ska, signed
 *     skua.lock           of app.ska                               other.lock: another digest of util
 *     blast.ska           needs the plugin boom ^1.0, in plugins/  blast/: the same as class files
 */
#include <skua/embed.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char* folder;
static int failures;

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            failures++;                                                     \
        }                                                                   \
    } while (0)

/* The status of a step that may fail, and what its error says. */
static char said[4096];
static SkuaStatus told(SkuaStatus status, SkuaError** error) {
    snprintf(said, sizeof said, "%s", status == SKUA_OK ? "" : skua_error_text(*error));
    if (status != SKUA_OK) skua_error_free(*error);
    *error = NULL;
    return status;
}
#define WANT(status, call)                                                                 \
    do {                                                                                   \
        SkuaError* error = NULL;                                                           \
        const SkuaStatus got = told((call), &error);                                       \
        if (got != (status)) {                                                             \
            fprintf(stderr, "%s:%d: status %d: %s\n", __FILE__, __LINE__, (int)got, said); \
            failures++;                                                                    \
        }                                                                                  \
    } while (0)
#define SAYS(text) CHECK(strstr(said, text) != NULL || (fprintf(stderr, "%s\n", said), 0))

static const char* path_of(const char* name) {
    static char paths[4][4096];
    static int next = 0;
    char* path = paths[next++ % 4];
    snprintf(path, 4096, "%s/%s", folder, name);
    return path;
}

static char* text_of(const char* name) {
    static char text[4096];
    FILE* file = fopen(path_of(name), "rb");
    if (file == NULL) exit(2);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static SkuaVm* machine(const SkuaOptions* options) {
    SkuaVm* vm = NULL;
    WANT(SKUA_OK, skua_vm_new(options, &vm, &error));
    if (vm == NULL) exit(1);
    return vm;
}

/* The status of looking a function up; what it returns if it is there. */
static SkuaStatus call(SkuaVm* vm, const char* module, const char* name, int64_t arg, size_t count,
                       SkuaValue* r) {
    SkuaFunction* f = NULL;
    SkuaError* error = NULL;
    SkuaValue n = skua_int(arg);
    const SkuaStatus found = told(skua_function(vm, module, name, &f, &error), &error);
    return found != SKUA_OK ? found : told(skua_call(f, &n, count, r, &error), &error);
}

static void check_quad(SkuaVm* vm) {
    SkuaValue r;
    const SkuaStatus status = call(vm, "quad", "quad", 5, 1, &r);
    CHECK(status == SKUA_OK && r.as.i64 == 20);
    if (status != SKUA_OK) fprintf(stderr, "%s\n", said);
}

static void test_dependencies(void) {
    SkuaValue r;
    SkuaVm* vm = machine(NULL);
    WANT(SKUA_OK, skua_vm_load(vm, path_of("app.ska"), &error));
    WANT(SKUA_OK, skua_vm_add_archive_path(vm, path_of("nowhere"), &error));
    CHECK(call(vm, "quad", "quad", 5, 1, &r) == SKUA_NOT_FOUND);
    SAYS("util ^1.0");
    WANT(SKUA_OK, skua_vm_add_archive_path(vm, path_of("lib"), &error));
    check_quad(vm);
    WANT(SKUA_BAD_USE, skua_vm_require_signature(vm, text_of("key.pub"), &error)); /* too late */
    skua_vm_free(vm);

    /* Without a folder nothing is looked for: what the host loads is what there is. */
    vm = machine(NULL);
    WANT(SKUA_OK, skua_vm_load(vm, path_of("app.ska"), &error));
    CHECK(call(vm, "quad", "quad", 5, 1, &r) == SKUA_THROWN);
    SAYS("class doubler was not found");
    skua_vm_free(vm);
    vm = machine(NULL);
    WANT(SKUA_OK, skua_vm_add_archive_path(vm, path_of("nowhere"), &error));
    WANT(SKUA_OK, skua_vm_load(vm, path_of("lib/util-1.2.0.ska"), &error));
    WANT(SKUA_OK, skua_vm_load(vm, path_of("app.ska"), &error));
    check_quad(vm);
    skua_vm_free(vm);

    vm = machine(NULL);
    WANT(SKUA_NOT_FOUND, skua_vm_use_lock_file(vm, path_of("no.lock"), &error));
    WANT(SKUA_BAD_INPUT, skua_vm_use_lock_file(vm, path_of("app.ska"), &error));
    WANT(SKUA_OK, skua_vm_use_lock_file(vm, path_of("skua.lock"), &error));
    WANT(SKUA_OK, skua_vm_add_archive_path(vm, path_of("lib"), &error));
    WANT(SKUA_OK, skua_vm_load(vm, path_of("app.ska"), &error));
    check_quad(vm);
    skua_vm_free(vm);
    vm = machine(NULL);
    WANT(SKUA_OK, skua_vm_use_lock_file(vm, path_of("other.lock"), &error));
    WANT(SKUA_OK, skua_vm_add_archive_path(vm, path_of("lib"), &error));
    WANT(SKUA_OK, skua_vm_load(vm, path_of("app.ska"), &error));
    CHECK(call(vm, "quad", "quad", 5, 1, &r) == SKUA_BAD_INPUT ||
          call(vm, "quad", "quad", 5, 1, &r) == SKUA_NOT_FOUND);
    SAYS("util");
    skua_vm_free(vm);
}

static void test_signatures(void) {
    SkuaValue r;
    SkuaVm* vm = machine(NULL);
    WANT(SKUA_BAD_USE, skua_vm_require_signature(vm, "ed25519:12", &error));
    WANT(SKUA_OK, skua_vm_require_signature(vm, text_of("key.pub"), &error));
    WANT(SKUA_BAD_INPUT, skua_vm_load(vm, path_of("app.ska"), &error));
    SAYS("[A027] the archive is not signed");
    WANT(SKUA_BAD_INPUT, skua_vm_load(vm, path_of("blast"), &error));
    SAYS("is no archive, and only archives can be signed");
    WANT(SKUA_BAD_INPUT, skua_vm_load_bytes(vm, "ska\0", 4, "bytes.skc", &error));
    SAYS("bytes.skc: is no archive");
    WANT(SKUA_OK, skua_vm_load(vm, path_of("signed/app.ska"), &error));
    WANT(SKUA_OK, skua_vm_add_archive_path(vm, path_of("lib"), &error)); /* a dependency that is not signed */
    CHECK(call(vm, "quad", "quad", 5, 1, &r) == SKUA_BAD_INPUT);
    SAYS("[A027]");
    skua_vm_free(vm);
    vm = machine(NULL);
    WANT(SKUA_OK, skua_vm_require_signature(vm, text_of("key.pub"), &error));
    WANT(SKUA_OK, skua_vm_load(vm, path_of("signed/app.ska"), &error));
    WANT(SKUA_OK, skua_vm_add_archive_path(vm, path_of("signed/lib"), &error));
    check_quad(vm);
    skua_vm_free(vm);
    vm = machine(NULL);
    WANT(SKUA_OK, skua_vm_require_signature(vm, text_of("other.pub"), &error));
    WANT(SKUA_BAD_INPUT, skua_vm_load(vm, path_of("signed/app.ska"), &error));
    skua_vm_free(vm);
}

static void test_plugins(void) {
    SkuaValue r;
    SkuaVm* vm = machine(NULL);
    WANT(SKUA_OK, skua_vm_load(vm, path_of("blast.ska"), &error)); /* its plugin lies in plugins/ */
    CHECK(call(vm, "blast", "fine", 4, 1, &r) == SKUA_THROWN);
    SAYS(
        "which archive 'blast' asked for, was not granted; skua_vm_allow(vm, \"plugin:boom\", ...) grants "
        "it");
    skua_vm_free(vm);
    vm = machine(NULL);
    WANT(SKUA_OK, skua_vm_allow(vm, "plugin:boom", &error));
    WANT(SKUA_OK, skua_vm_load(vm, path_of("blast.ska"), &error));
    CHECK(call(vm, "blast", "fine", 4, 1, &r) == SKUA_OK && r.as.i64 == 8);
    CHECK(call(vm, "blast", "where", 0, 0, &r) == SKUA_OK && r.as.i64 == getpid());
    skua_vm_free(vm);
    vm = machine(NULL);
    WANT(SKUA_OK, skua_vm_allow(vm, "plugin:boom", &error));
    WANT(SKUA_OK, skua_vm_load(vm, path_of("blast"), &error));
    CHECK(call(vm, "blast", "fine", 4, 1, &r) == SKUA_THROWN);
    SAYS("skua_vm_add_plugin_path adds the folder of boom.so");
    skua_vm_free(vm);

    const char* const all[] = {"*"};
    SkuaOptions options = {.size = sizeof options, .isolated_plugins = all, .isolated_plugin_count = 1};
    for (int round = 0; round < 2; round++) {
        vm = machine(&options);
        WANT(SKUA_OK, skua_vm_allow(vm, "plugin:boom", &error));
        WANT(SKUA_OK, skua_vm_add_plugin_path(vm, path_of("plugins"), &error));
        WANT(SKUA_OK, skua_vm_load(vm, path_of("blast"), &error));
        CHECK(call(vm, "blast", "fine", 4, 1, &r) == SKUA_OK && r.as.i64 == 8);
        CHECK(call(vm, "blast", "where", 0, 0, &r) == SKUA_OK && r.as.i64 != getpid());
        CHECK(call(vm, "blast", "bad", 0, 0, &r) == SKUA_OK && strcmp(r.as.text.bytes, "caught") == 0);
        skua_value_free(&r);
        skua_vm_free(vm);
        options.plugin_host = path_of("installed/bin/skua-plugin-host");
    }
    options.plugin_host = "/nowhere/skua-plugin-host";
    WANT(SKUA_NOT_FOUND, skua_vm_new(&options, &vm, &error));
    options = (SkuaOptions){.size = sizeof options, .isolated_plugin_count = 1};
    WANT(SKUA_BAD_USE, skua_vm_new(&options, &vm, &error));
}

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    folder = argv[1];
    test_dependencies();
    test_signatures();
    test_plugins();
    printf("%s\n", failures == 0 ? "ok" : "FAILED");
    return failures == 0 ? 0 : 1;
}
