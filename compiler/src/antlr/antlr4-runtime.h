// In place of ANTLR's header of this name, which the generated parser includes: the parts of it that the
// parser needs. All of it does not compile with clang 14, whose fuzzer is to see the parser
// (InterpreterDataReader.h wants a default constructor of Vocabulary, which clang deletes).
#pragma once

#include <Parser.h>
#include <ParserRuleContext.h>
#include <Token.h>
#include <TokenStream.h>
#include <Vocabulary.h>
#include <atn/ATN.h>
#include <atn/ATNDeserializer.h>
#include <atn/ParserATNSimulator.h>
#include <atn/PredictionContext.h>
#include <dfa/DFA.h>
