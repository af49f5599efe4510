/* A C program with Skua inside: calls functions of a module, is called by it, and looks at an error.
 *
 * usage: greetings_host CLASS-PATH
 */
#include <skua/embed.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the host when something goes wrong that it does not expect. */
static void check(SkuaStatus status, SkuaError* error) {
    if (status == SKUA_OK) return;
    fprintf(stderr, "greetings_host: %s\n", skua_error_text(error));
    skua_error_free(error);
    exit(1);
}

static void today(SkuaCall* call, void* day, const SkuaValue* args, size_t count) {
    (void)args, (void)count;
    SkuaValue text = skua_text(day);
    skua_return(call, &text);
}

int main(int argc, char** argv) {
    if (argc != 2) return fprintf(stderr, "usage: greetings_host CLASS-PATH\n"), 2;
    SkuaVm* vm = NULL;
    SkuaError* error = NULL;
    char day[] = "Tuesday";
    check(skua_vm_new(NULL, &vm, &error), error);
    check(skua_vm_load(vm, argv[1], &error), error);
    check(skua_vm_define(vm, "host", "greetings.today", "()string", today, day, NULL, &error), error);

    SkuaFunction *greet = NULL, *longest = NULL;
    check(skua_function(vm, "greetings", "greet", &greet, &error), error);
    check(skua_function(vm, "greetings", "longest", &longest, &error), error);

    SkuaValue name = skua_text("World"), result;
    check(skua_call(greet, &name, 1, &result, &error), error);
    printf("%s\n", result.as.text.bytes);
    skua_value_free(&result);

    const SkuaText words[] = {{"in", 2}, {"other", 5}, {"programs", 8}};
    SkuaValue array = skua_array(SK_STRING, words, 3);
    check(skua_call(longest, &array, 1, &result, &error), error);
    printf("the longest word is %s\n", result.as.text.bytes);
    skua_value_free(&result);

    array = skua_array(SK_STRING, words, 0);
    if (skua_call(longest, &array, 1, &result, &error) == SKUA_THROWN) {
        printf("%s: %s\n", skua_error_type(error), skua_error_message(error));
        for (size_t i = 0; i < skua_error_frame_count(error); i++)
            printf("  in %s, line %u\n", skua_error_frame_function(error, i),
                   skua_error_frame_line(error, i));
        skua_error_free(error);
    }
    skua_vm_free(vm);
    return 0;
}
