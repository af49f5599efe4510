# Functions for those who write plugins, part of the package Skua.

# skua_add_plugin(NAME SOURCE... [LIBRARIES LIBRARY...])
# The plugin NAME: a target of that name, which makes NAME.so in the folder of the build, and is installed where
# vmrun looks for plugins. It exports what skua/native.h marks, and nothing else.
function(skua_add_plugin name)
    cmake_parse_arguments(ARG "" "" "LIBRARIES" ${ARGN})
    add_library(${name} MODULE ${ARG_UNPARSED_ARGUMENTS})
    set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so" C_VISIBILITY_PRESET hidden
        CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON C_STANDARD 11 CXX_STANDARD 20 LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
    target_link_libraries(${name} PRIVATE Skua::native ${ARG_LIBRARIES})
    install(TARGETS ${name} LIBRARY DESTINATION lib/skua/plugins)
endfunction()

# The options that let vmc find the plugins of these targets, and files that change when they do.
function(_skua_plugin_options out)
    set(options)
    foreach(plugin IN LISTS ARGN)
        list(APPEND options "--plugin-path=$<TARGET_FILE_DIR:${plugin}>")
    endforeach()
    set(${out} ${options} PARENT_SCOPE)
endfunction()

# skua_add_module(NAME [SOURCE_ROOT FOLDER] [PLUGINS TARGET...] [CLASS_PATH PATH...] FILES FILE...)
# The target NAME compiles Skua sources to class files, in the property SKUA_CLASSES of the target: a folder
# NAME.classes in that of the build. Declarations of natives are compared with the plugins.
function(skua_add_module name)
    cmake_parse_arguments(ARG "" "SOURCE_ROOT" "PLUGINS;CLASS_PATH;FILES" ${ARGN})
    set(classes ${CMAKE_CURRENT_BINARY_DIR}/${name}.classes)
    _skua_plugin_options(options ${ARG_PLUGINS})
    if(ARG_SOURCE_ROOT)
        list(APPEND options --source-root ${ARG_SOURCE_ROOT})
    endif()
    if(ARG_CLASS_PATH)
        list(JOIN ARG_CLASS_PATH ":" class_path)
        list(APPEND options --class-path ${class_path})
    endif()
    add_custom_command(OUTPUT ${classes}.stamp
        COMMAND Skua::vmc ${ARG_FILES} -o ${classes} ${options}
        COMMAND ${CMAKE_COMMAND} -E touch ${classes}.stamp
        DEPENDS ${ARG_FILES} ${ARG_PLUGINS}
        WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} COMMENT "Compiling Skua: ${name}" VERBATIM)
    add_custom_target(${name} ALL DEPENDS ${classes}.stamp)
    set_target_properties(${name} PROPERTIES SKUA_CLASSES ${classes})
endfunction()

# skua_add_project_test(NAME [FOLDER FOLDER] [PLUGINS TARGET...])
# A test that runs `vmc test` in a folder with skua.toml, by default the current one.
function(skua_add_project_test name)
    cmake_parse_arguments(ARG "" "FOLDER" "PLUGINS" ${ARGN})
    if(NOT ARG_FOLDER)
        set(ARG_FOLDER ${CMAKE_CURRENT_SOURCE_DIR})
    endif()
    _skua_plugin_options(options ${ARG_PLUGINS})
    add_test(NAME ${name} COMMAND Skua::vmc test ${options} WORKING_DIRECTORY ${ARG_FOLDER})
endfunction()

# skua_add_bindings(PLUGIN FILE)
# The target `bindings` writes the Skua module of a plugin from what the plugin says of itself, and a test finds out
# whether it is up to date.
function(skua_add_bindings plugin file)
    if(NOT TARGET bindings)
        add_custom_target(bindings)
    endif()
    add_custom_target(${plugin}_bindings
        COMMAND Skua::vmc bindgen $<TARGET_FILE:${plugin}> -o ${file}
        DEPENDS ${plugin} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} VERBATIM)
    add_dependencies(bindings ${plugin}_bindings)
    add_test(NAME ${plugin}_bindings COMMAND Skua::vmc bindgen $<TARGET_FILE:${plugin}> -o ${file} --check
        WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
endfunction()
