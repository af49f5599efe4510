// The grammar of Skua. docs/language-grammar.md explains how it works together with the lexer.
//
// Every decision is made by looking at one token: the generated parser consists of switch
// statements, and the build fails if ANTLR had to fall back on prediction at run time. Keep it so:
// - What needs more look-ahead is decided by the lexer, which gives different token kinds to
//   lambda parameters, argument names, type argument brackets, labels and soft keywords.
// - Expressions are a flat list of operands and operators. The tree builder applies precedence.
//   `throw`, `return` and the head of a lambda are prefix operators of lowest precedence.
// - The lexer puts a Terminator after every statement, also before `}` and at the end of the file,
//   and drops a comma before a closing bracket.
// - The rules with a catch clause are those at which parsing goes on after an error. Their
//   stray* alternatives match exactly the tokens that nothing else can begin with.
//
// The parser builds no ANTLR tree: its base class records rules and tokens in a flat list, from
// which tree_builder.cpp makes the syntax tree.
parser grammar SkuaParser;

options {
    tokenVocab = SkuaTokens;
    superClass = SkuaParserBase;
}

// ---- modules -------------------------------------------------------------------------------

module : topItem* EOF ;

topItem
    : importDecl Terminator
    | declaration Terminator
    | strayTop
    ;
    catch [SyntaxAbort&] { recover(); }

strayTop
    : ~('import' | 'pub' | 'private' | 'open' | 'abstract' | 'override' | 'static' | 'native' | 'fn' | 'let' | 'var'
      | 'class' | 'struct' | 'interface' | 'enum' | 'extend' | 'test')
    ;

importDecl : 'import' Name ('=' Name)? importTail? ;
importTail : '.' (Name importTail? | '{' importName (',' importName)* '}' | '*') ;
importName : Name ('as' Name)? ;

declaration : modifier* (functionDecl | variableDecl | typeDecl | enumDecl | extendDecl | testDecl) ;
modifier : 'pub' | 'private' | 'open' | 'abstract' | 'override' | 'static' | nativeModifier ;
nativeModifier : 'native' '(' String ')' ;

// ---- functions and variables -----------------------------------------------------------------

functionDecl : 'fn' functionName typeParams? '(' params? ')' resultType? functionBody? ;
functionName
    : Name ('-' | '!' | '~')?
    | '+' | '-' | '*' | '/' | '%' | '<<' | '>>' | '>>>' | '&' | '|' | '^' | '==' | '<' | '<=' | '>' | '>=' | '..'
    | '[' ']' '='?
    ;
params : param (',' param)* ;
param : (ArgName | Name) ':' type '...'? ('=' expr)? ;
    catch [SyntaxAbort&] { recover_parameter(); }
resultType : (':' | '->') type ;  // `->` is reported by the tree builder
functionBody : ('=' | '=>') expr | block ;
propertyDecl : 'get' Name ':' type functionBody? ;
variableDecl : ('let' | 'var') Name (':' type)? ('=' expr)? ;
testDecl : 'test' String block ;

typeParams : TypeOpen typeParam (',' typeParam)* TypeClose ;
typeParam : (Name | ArgName) (':' type (('&' | '+') type)*)? ;

// ---- types of one's own ------------------------------------------------------------------------

typeDecl : ('class' | 'struct' | 'interface') Name typeParams? ctorParams? superList? typeBody? ;
ctorParams : '(' (ctorParam (',' ctorParam)*)? ')' ;
ctorParam : ('private' | 'pub')* ('let' | 'var')? param ;
superList : ':' superType (',' superType)* ;
superType : type callArgs? ;
typeBody : '{' memberItem* '}' ;

memberItem
    : member Terminator
    | strayMember
    ;
    catch [SyntaxAbort&] { recover(); }

member : modifier* (functionDecl | propertyDecl | variableDecl | initDecl) ;
initDecl : 'init' block ;

strayMember
    : ~('}' | 'pub' | 'private' | 'open' | 'abstract' | 'override' | 'static' | 'native' | 'fn' | 'get' | 'let' | 'var'
      | 'init')
    ;

enumDecl : 'enum' Name typeParams? superList? enumBody ;
enumBody : '{' enumItem* '}' ;

enumItem
    : enumCase (',' | Terminator)
    | member Terminator
    | strayEnumItem
    ;
    catch [SyntaxAbort&] { recover(); }

enumCase : Name ('(' params? ')')? ;

strayEnumItem
    : ~('}' | Name | 'pub' | 'private' | 'open' | 'abstract' | 'override' | 'static' | 'native' | 'fn' | 'get' | 'let'
      | 'var' | 'init')
    ;

extendDecl : 'extend' typeParams? type superList? typeBody ;

// ---- types as written ------------------------------------------------------------------------------

type
    : namedType '?'*
    | '[' type ']' '?'*
    | '(' (type (',' type)*)? ')' ('->' type | '?'*)
    ;
namedType : Name ('.' Name)* typeArgs? ;
typeArgs : TypeOpen type (',' type)* TypeClose ;

// ---- statements --------------------------------------------------------------------------------------

block : '{' statement* '}' ;
arrowBlock : ArrowBrace statement* '}' ;

statement
    : letStatement Terminator
    | useStatement Terminator
    | loop Terminator
    | functionDecl Terminator
    | block Terminator
    | expr Terminator
    | strayStatement
    ;
    catch [SyntaxAbort&] { recover(); }

strayStatement
    : ~('}' | '{' | 'let' | 'var' | 'use' | LabelName | 'while' | 'for' | 'fn'
      | '-' | '+' | '!' | '~' | 'throw' | 'return' | LambdaName | LambdaParen
      | Int | Float | Char | String | StringBegin | 'true' | 'false' | 'null' | 'this' | 'super' | Name | '(' | '['
      | 'if' | 'match' | 'try' | ReturnBare | 'break' | 'continue' | ArrowBrace)
    ;

letStatement : ('let' | 'var') binding (':' type)? ('=' expr)? ;
useStatement : 'use' Name (':' type)? '=' expr ;
loop : (LabelName ':')? (whileLoop | forLoop) ;
whileLoop : 'while' expr block ;
forLoop : 'for' binding 'in' expr block ;

// What let, for and lambda parameters bind: x, x: T (in parentheses), (a, b)
binding
    : (Name | ArgName) 
    | '(' bindingPart (',' bindingPart)* ')'
    ;
bindingPart : binding (':' type)? ;

// ---- expressions ----------------------------------------------------------------------------------------

expr : operand (binaryOp operand | typeOp type)* ;

binaryOp
    : '=' | '+=' | '-=' | '*=' | '/=' | '%=' | '&=' | '|=' | '^=' | '<<=' | '>>=' | '>>>=' | '??='
    | '+' | '-' | '*' | '/' | '%' | '<<' | '>>' | '>>>' | '&' | '^' | '|' | '..' | '..='
    | '<' | '<=' | '>' | '>=' | '==' | '!=' | '===' | '!==' | '&&' | '||' | '??'
    ;
typeOp : 'is' | 'is not' | 'as' | 'as?' ;

operand : prefix* primary postfix* ;

prefix : '-' | '+' | '!' | '~' | 'throw' | 'return' | lambdaHead ;

lambdaHead : (LambdaName | LambdaParen (lambdaParam (',' lambdaParam)*)? ')') '=>' ;
lambdaParam : binding (':' type)? ;

primary
    : Int | Float | Char | String
    | 'true' | 'false' | 'null' | 'this' | 'super'
    | Name
    | ReturnBare
    | ('break' | 'continue') Name?
    | interpolation
    | '(' expr (',' expr)* ')'
    | '[' (':' | expr arrayRest)? ']'
    | ifExpr
    | matchExpr
    | tryExpr
    | arrowBlock
    ;

// the rest of [a, b], [value; count], ["key": value, ...]
arrayRest
    : (',' expr)*
    | Terminator expr
    | ':' expr (',' expr ':' expr)*
    ;

interpolation : StringBegin (StringText | InterpolationOpen expr Format? InterpolationClose)* StringEnd ;

postfix
    : callArgs
    | '[' expr ']'
    | ('.' | '?.') (Name | Int)
    | typeArgs
    | '!!'
    ;

callArgs : '(' (arg (',' arg)*)? ')' ;
arg : ArgName ':' expr | expr '...'? ;

ifExpr : 'if' expr block ('else' (ifExpr | block))? ;

matchExpr : 'match' expr '{' matchArm* '}' ;
matchArm
    : pattern guard? '=>' expr (',' | Terminator)
    | strayArm
    ;
    catch [SyntaxAbort&] { recover(); }
guard : 'if' expr ;
strayArm
    : ~('}' | '-' | Int | Float | Char | String | 'true' | 'false' | 'null' | Name | LambdaName | '(' | LambdaParen
      | 'is')
    ;

tryExpr : 'try' block catchClause* ('finally' block)? ;
catchClause : 'catch' ((Name | ArgName) (':' type)?)? block ;

// ---- patterns -----------------------------------------------------------------------------------------------

pattern : singlePattern ('|' singlePattern)* ;
singlePattern
    : literal (('..' | '..=') patternBound)?
    | patternPath ('(' (pattern (',' pattern)*)? ')' | ('..' | '..=') patternBound)?
    | ('(' | LambdaParen) pattern (',' pattern)* ')'
    | 'is' type Name?
    ;
patternBound : literal | patternPath ;
patternPath : (Name | LambdaName) ('.' Name)* ;
literal : '-'? (Int | Float) | Char | String | 'true' | 'false' | 'null' ;
