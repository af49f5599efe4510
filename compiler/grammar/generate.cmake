# cmake -DANTLR4=... -DGRAMMAR=dir -DOUTPUT=dir -P generate.cmake: runs ANTLR and checks what it made.
file(MAKE_DIRECTORY ${OUTPUT})
# The tool looks for the tokens file where it writes.
file(COPY ${GRAMMAR}/SkuaTokens.tokens DESTINATION ${OUTPUT})
execute_process(
    COMMAND ${ANTLR4} -Dlanguage=Cpp -no-listener -no-visitor -Werror -Xexact-output-dir -lib ${OUTPUT}
            -o ${OUTPUT} ${GRAMMAR}/SkuaParser.g4
    RESULT_VARIABLE failed)
if(failed)
    message(FATAL_ERROR "ANTLR refused the grammar")
endif()
file(STRINGS ${OUTPUT}/SkuaParser.cpp predictions REGEX "adaptivePredict")
if(predictions)
    file(REMOVE ${OUTPUT}/SkuaParser.cpp)
    message(FATAL_ERROR "The grammar has a decision that one token of look-ahead cannot make: ${predictions}")
endif()
